package arm64

import (
	"encoding/binary"

	"rseqstep/stepper/machine"
	"rseqstep/table"
)

// Words of code that are recognised (Arm ARM C6.2).
const (
	btiC       word = 0xd503245f // bti c
	paciasp    word = 0xd503233f
	pacibsp    word = 0xd503237f
	movX29SP   word = 0x910003fd // mov x29, sp
	svc0       word = 0xd4000001 // svc #0
	movX8Sig   word = 0xd2801168 // mov x8, #139: rt_sigreturn
	stpX16X30  word = 0xa9bf7bf0 // stp x16, x30, [sp, #-16]!
	pushesPair word = 0xa9807bfd // stp x29, x30, [sp, #…]!
)

// Prologue implements machine.Shapes: `[paciasp|bti c] stp x29,x30,[sp,#-N]!; mov x29,sp`. Only in
// this form the two words are where the stack pointer points.
func (shapes) Prologue(p []byte) (saved, set int) {
	var list []word
	for n := 0; n+wordSize <= len(p); n += wordSize {
		list = append(list, wordOf(p[n:]))
	}
	for saved < len(list) && (list[saved] == paciasp || list[saved] == pacibsp || list[saved] == btiC) {
		saved++
	}
	if saved+1 >= len(list) || list[saved]&^(0x7f<<15) != pushesPair || list[saved+1] != movX29SP {
		return 0, 0
	}
	saved++
	return saved * wordSize, (saved + 1) * wordSize
}

// AfterCall implements machine.Shapes: bl, blr, blraa and the like.
func (shapes) AfterCall(pc table.Addr, mem machine.Memory) bool {
	i, ok := insnAt(pc-wordSize, mem)
	return ok && (i.Kind == machine.Call || i.Kind == machine.IndirectCall)
}

// insnAt decodes an instruction of a process.
func insnAt(pc table.Addr, mem machine.Memory) (machine.Insn, bool) {
	var p [wordSize]byte
	if n, err := mem.ReadMemory(pc, p[:]); err != nil || n != len(p) {
		return machine.Insn{}, false
	}
	i, err := decoding{}.Decode(pc, p[:])
	return i, err == nil
}

// The signal frame, struct rt_sigframe (arch/arm64/kernel/signal.c), is at the stack pointer in the
// trampoline: a siginfo_t of 128 bytes, then a struct ucontext whose uc_mcontext is at 176, the
// registers of which are behind fault_address (arch/arm64/include/uapi/asm/ucontext.h and
// sigcontext.h).
const frameRegs = 128 + 176 + 8

// Interrupted implements machine.Shapes: the vDSO's trampoline `mov x8, #139; svc #0`.
func (shapes) Interrupted(r *machine.Regs, mem machine.Memory) (machine.Regs, bool) {
	if !atSigreturn(r.PC(), mem) {
		return machine.Regs{}, false
	}
	var p [8 * int(PSTATE)]byte
	if n, err := mem.ReadMemory(r.SP()+frameRegs, p[:]); err != nil || n != len(p) {
		return machine.Regs{}, false
	}
	was := *r
	was.SetBytes(p[:])
	was.ForgetSyscall()
	return was, true
}

// atSigreturn reports whether pc is at one of the trampoline's two instructions.
func atSigreturn(pc table.Addr, mem machine.Memory) bool {
	at := func(pc table.Addr) word {
		i, _ := insnAt(pc, mem)
		return word(binary.LittleEndian.Uint32(i.Code[:]))
	}
	switch at(pc) {
	case movX8Sig:
		return at(pc+wordSize) == svc0
	case svc0:
		return at(pc-wordSize) == movX8Sig
	}
	return false
}

// Branches implements machine.Shapes. An instruction begins at each multiple of 4 of its address.
func (shapes) Branches(at table.Addr, code []byte, into machine.Range, _ bool, f func(from, to table.Addr)) {
	first := int(-at % wordSize)
	for n := first; n+wordSize <= len(code); n += wordSize {
		if wordOf(code[n:]).bits(28, 26) != 0b101 {
			continue
		}
		i, err := decoding{}.Decode(at+table.Addr(n), code[n:])
		switch i.Kind {
		case machine.Jump, machine.CondJump, machine.Call:
			if err == nil && into.Contains(i.Target) {
				f(i.Addr, i.Target)
			}
		}
	}
}
