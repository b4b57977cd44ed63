package ptrace

import "golang.org/x/sys/unix"

// Register sets, include/uapi/linux/elf.h.
const (
	notePRStatus   = 1     // NT_PRSTATUS
	noteTLS        = 0x401 // NT_ARM_TLS
	noteHWBreak    = 0x402 // NT_ARM_HW_BREAK
	noteHWWatch    = 0x403 // NT_ARM_HW_WATCH
	noteSystemCall = 0x404 // NT_ARM_SYSTEM_CALL
	noteSVE        = 0x405 // NT_ARM_SVE
	notePACMask    = 0x406 // NT_ARM_PAC_MASK
)

// Instructions. Arm Architecture Reference Manual, C6.2.
const (
	opBreakpoint    = "\x00\x00\x20\xd4" // brk #0
	breakpointMoves = 0                  // the PC stays on it
	opNop           = "\x1f\x20\x03\xd5"
	opSyscall       = "\x01\x00\x00\xd4" // svc #0
	opAlign         = 4
)

// Numbers of system calls, and AUDIT_ARCH_AARCH64 of include/uapi/linux/audit.h.
const (
	sysClone, sysClone3  = unix.SYS_CLONE, unix.SYS_CLONE3
	sysSeccomp, sysPrctl = unix.SYS_SECCOMP, unix.SYS_PRCTL
	sysUretprobe         = ^uint64(0) // x86-64's alone
	auditArch            = 0xc00000b7
)
