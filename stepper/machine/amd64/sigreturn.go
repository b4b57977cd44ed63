package amd64

import (
	"bytes"
	"encoding/binary"

	"rseqstep/stepper/machine"
	"rseqstep/table"
)

// rt_sigreturn's number is 15 (arch/x86/entry/syscalls/syscall_64.tbl). The two
// forms of the trampoline: `mov $15,%rax; syscall` in glibc, musl and Go, `mov
// $15,%eax; syscall` in others.
const (
	sigreturnRAX = "\x48\xc7\xc0\x0f\x00\x00\x00\x0f\x05"
	sigreturnEAX = "\xb8\x0f\x00\x00\x00\x0f\x05"
)

// ucontextMC is the offset of the registers in the struct ucontext that is at the stack pointer in
// a trampoline (include/uapi/asm-generic/ucontext.h: uc_flags, uc_link, a stack_t of 24 bytes).
const ucontextMC = 8 + 8 + 24

// mcontext are the registers there: struct sigcontext_64, arch/x86/include/uapi/asm/sigcontext.h.
var mcontext = [...]machine.Reg{R8, R9, R10, R11, R12, R13, R14, R15, RDI, RSI, RBP, RBX, RDX, RAX, RCX, RSP, RIP, EFLAGS}

// Interrupted implements machine.Shapes.
func (shapes) Interrupted(r *machine.Regs, mem machine.Memory) (machine.Regs, bool) {
	var p [8 * len(mcontext)]byte
	if !atSigreturn(r.PC(), mem) {
		return machine.Regs{}, false
	}
	if n, err := mem.ReadMemory(r.SP()+ucontextMC, p[:]); err != nil || n != len(p) {
		return machine.Regs{}, false
	}
	was := *r
	for i, x := range mcontext {
		was.W[x] = binary.LittleEndian.Uint64(p[8*i:])
	}
	was.ForgetSyscall()
	return was, true
}

func atSigreturn(pc table.Addr, mem machine.Memory) bool {
	const back = 7 // bytes of the longer mov
	at := func(p []byte, code string) bool { return bytes.HasPrefix(p, []byte(code)) }
	var p [back + len(sigreturnRAX)]byte
	n, _ := mem.ReadMemory(pc-back, p[:])
	if n < len(p) { // pc may be at the start of its page
		n, _ = mem.ReadMemory(pc, p[back:])
		return at(p[back:back+n], sigreturnRAX) || at(p[back:back+n], sigreturnEAX)
	}
	return at(p[back:], sigreturnRAX) || at(p[back:], sigreturnEAX) || at(p[:], sigreturnRAX) || at(p[back-5:], sigreturnEAX)
}
