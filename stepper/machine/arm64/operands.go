package arm64

import "rseqstep/stepper/machine"

// Bitmask is the immediate operand of a logical instruction, as 64 bits; ok is false for a reserved
// encoding.
func Bitmask(code uint32) (value uint64, ok bool) { return word(code).bitmask() }

// Holds evaluates a condition code.
func Holds(code uint32, pstate uint64) bool { return holds(code, pstate) }

// Operand is the memory that a load or store accesses, bytes; size is 0 for another instruction.
func Operand(i *machine.Insn) (m machine.Mem, size int) {
	var d decoder
	var again machine.Insn
	if d.decode(i.Addr, i.Bytes(), &again) != nil {
		return machine.Mem{}, 0
	}
	if again.Store.Size > 0 {
		return again.Store.Mem, int(again.Store.Size)
	}
	return d.load, int(d.loaded)
}
