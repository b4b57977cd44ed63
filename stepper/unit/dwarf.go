package unit

// ReturnColumn is DWARF's number of the return address; of a frame's own registers it
// is the instruction pointer (System V ABI, AMD64 supplement, figure 3.36).
const ReturnColumn = 16

// DWARF is where r keeps the register of a DWARF number (System V ABI, AMD64 supplement,
// figure 3.36); nil for one that is no general register and not ReturnColumn.
func (r *Regs) DWARF(n uint64) *uint64 {
	switch n {
	case 0:
		return &r.Rax
	case 1:
		return &r.Rdx
	case 2:
		return &r.Rcx
	case 3:
		return &r.Rbx
	case 4:
		return &r.Rsi
	case 5:
		return &r.Rdi
	case 6:
		return &r.Rbp
	case 7:
		return &r.Rsp
	case 8:
		return &r.R8
	case 9:
		return &r.R9
	case 10:
		return &r.R10
	case 11:
		return &r.R11
	case 12:
		return &r.R12
	case 13:
		return &r.R13
	case 14:
		return &r.R14
	case 15:
		return &r.R15
	case ReturnColumn:
		return &r.Rip
	}
	return nil
}
