package unit

// ReturnColumn is DWARF's number of the return address; of a frame's own registers it
// is the instruction pointer (System V ABI, AMD64 supplement, figure 3.36).
const ReturnColumn = 16

// dwarfRegs are the registers by DWARF number (System V ABI, AMD64 supplement, figure 3.36).
var dwarfRegs = [...]Reg{RAX, RDX, RCX, RBX, RSI, RDI, RBP, RSP, R8, R9, R10, R11, R12, R13, R14, R15, ReturnColumn: RIP}

// DWARF is where r keeps the register of a DWARF number; nil for one that is no general
// register and not ReturnColumn.
func (r *Regs) DWARF(n uint64) *uint64 {
	if n < uint64(len(dwarfRegs)) {
		return &r.W[dwarfRegs[n]]
	}
	return nil
}
