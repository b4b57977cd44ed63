package ptrace

import "golang.org/x/sys/unix"

// Requests of ptrace(2) that only some architectures have. See arch/x86/include/uapi/asm/ptrace-abi.h.
const (
	reqPeekUser = 3
	reqPokeUser = 6
	reqGetRegs  = 12
	reqSetRegs  = 13
)

// Places in struct user, for PEEKUSER and POKEUSER. See
// arch/x86/include/asm/user_64.h.
const (
	userRip      = 16 * 8
	userDebugReg = 848 // offsetof(struct user, u_debugreg)
)

// Flags of RFLAGS and instructions of one byte. Intel SDM volume 1, 3.4.3, and volume 2.
const (
	flagZF          = 0x40
	flagTF          = 0x100
	flagRF          = 0x10000 // no debug register matches the next instruction: SDM volume 3, 18.3.1.1
	opBreakpoint    = "\xcc"  // int3
	breakpointMoves = 1       // bytes from an int3 to the PC after it
	opPushf         = 0x9c
	opNop           = "\x90"
	opSyscall       = "\x0f\x05"
	opAlign         = 1     // instructions begin anywhere
	noteXState      = 0x202 // NT_X86_XSTATE, include/uapi/linux/elf.h
)

// Numbers of system calls, and AUDIT_ARCH_X86_64 of include/uapi/linux/audit.h.
const (
	sysClone, sysClone3  = unix.SYS_CLONE, unix.SYS_CLONE3
	sysSeccomp, sysPrctl = unix.SYS_SECCOMP, unix.SYS_PRCTL
	sysUretprobe         = 335
	auditArch            = 0xc000003e
)
