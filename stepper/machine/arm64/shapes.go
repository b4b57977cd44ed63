package arm64

import (
	"encoding/binary"

	"rseqstep/stepper/machine"
	"rseqstep/table"
)

// Words of code that are recognised (Arm ARM C6.2).
const (
	btiC      word = 0xd503245f // bti c
	paciasp   word = 0xd503233f
	pacibsp   word = 0xd503237f
	autiasp   word = 0xd50323bf
	autibsp   word = 0xd50323ff
	svc0      word = 0xd4000001 // svc #0
	movX8Sig  word = 0xd2801168 // mov x8, #139: rt_sigreturn
	stpX16X30 word = 0xa9bf7bf0 // stp x16, x30, [sp, #-16]!
)

// Prologue implements machine.Shapes: what compilers begin functions with, up to `mov x29,sp` or
// `add x29,sp,#N`. The frame pointer is saved where the stack pointer points only if `stp
// x29,x30,[sp,#-N]!` does it; otherwise it counts as saved once the function's own is set, because
// until then x30 still holds the return address.
func (shapes) Prologue(p []byte) (saved, set int) {
	stored := false
	for n := 0; n+wordSize <= len(p); n += wordSize {
		w, end := wordOf(p[n:]), n+wordSize
		switch {
		case w == paciasp, w == pacibsp, w == btiC, w&^(0xfff<<10) == 0xd10003ff: // sub sp, sp, #N
		case w&^(0x7f<<15) == 0xa9807bfd: // stp x29, x30, [sp, #-N]!
			saved, stored = end, true
		case w&^(0x7f<<15) == 0xa9007bfd: // stp x29, x30, [sp, #N]
			stored = true
		case w&^(0xfff<<10) == 0x910003fd: // add x29, sp, #N
			if !stored {
				return 0, 0
			}
			if saved == 0 || w.bits(21, 10) != 0 {
				saved = end
			}
			return saved, end
		case !w.savesRegister():
			return 0, 0
		}
	}
	return 0, 0
}

// FrameSize implements machine.Shapes: the frame pointer is as far above the stack pointer as the last
// instruction says.
func (shapes) FrameSize(code []byte) table.Addr {
	if len(code) < wordSize {
		return 0
	}
	lowered, _ := shapes{}.Lowered(code)
	return lowered - table.Addr(wordOf(code[len(code)-wordSize:]).bits(21, 10))
}

// Lowered implements machine.Shapes. The stack pointer changes by sub and add of a number, and by what stores
// and loads around it write back; signing an address does not move it.
func (shapes) Lowered(code []byte) (lowered table.Addr, kept bool) {
	kept = true
	for n := 0; n+wordSize <= len(code); n += wordSize {
		w := wordOf(code[n:])
		i, err := decoding{}.Decode(0, code[n:])
		switch {
		case err != nil:
			return lowered, false
		case w.bits(31, 24) == 0b11010001 && w.bits(9, 0) == 31<<5|31: // sub sp, sp, #N
			lowered += table.Addr(w.bits(21, 10) << (12 * w.bit(22)))
		case w.bits(31, 24) == 0b10010001 && w.bits(9, 0) == 31<<5|31: // add sp, sp, #N
			lowered -= table.Addr(w.bits(21, 10) << (12 * w.bit(22)))
		case w.bits(29, 27) == 0b101 && w.bit(25) == 0 && w.bit(23) == 1 && w.rn() == 31: // stp, ldp with write-back
			scale := 2 + w.bit(31)
			if w.bit(26) == 1 {
				scale = 2 + w.bits(31, 30)
			}
			lowered -= table.Addr(w.signed(21, 15) << scale)
		case w.bits(29, 27) == 0b111 && w.bits(25, 24) == 0 && w.bit(21) == 0 && w.bit(10) == 1 && w.rn() == 31: // str, ldr
			lowered -= table.Addr(w.signed(20, 12))
		}
		signs := w == paciasp || w == pacibsp || w == autiasp || w == autibsp
		kept = kept && (signs || !i.Writes.Has(X30)) && i.Kind != machine.Call && i.Kind != machine.IndirectCall
	}
	return lowered, kept
}

// Leaves implements machine.Shapes: `[autiasp] ret`, or retaa.
func (shapes) Leaves(code []byte) bool {
	if len(code) >= wordSize && (wordOf(code) == autiasp || wordOf(code) == autibsp) {
		code = code[wordSize:]
	}
	i, err := decoding{}.Decode(0, code)
	return err == nil && i.Kind == machine.Return
}

// savesRegister reports whether the instruction stores general or vector registers on the stack.
func (w word) savesRegister() bool {
	var i machine.Insn
	var d decoder
	return d.decode(0, bytesAt(w), &i) == nil && i.Kind == machine.Plain && i.Store.Size > 0 && i.Store.Base == SP && i.Writes&^(1<<SP) == 0
}

// bytesAt are the bytes of a word.
func bytesAt(w word) []byte { return binary.LittleEndian.AppendUint32(nil, uint32(w)) }

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

// Loads implements machine.Shapes: movz of a number of 16 bits, which is what assemblers make of mov.
func (shapes) Loads(at table.Addr, code []byte, number uint32, f func(from table.Addr)) {
	for n := int(-at % wordSize); n+wordSize <= len(code); n += wordSize {
		if w := wordOf(code[n:]); w.bits(30, 21) == 0b1010010100 && w.bits(20, 5) == number {
			f(at + table.Addr(n))
		}
	}
}
