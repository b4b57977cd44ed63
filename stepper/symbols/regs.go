package symbols

import "rseqstep/stepper/unit"

// DWARF register numbers of amd64 (System V ABI, AMD64 supplement, figure 3.36).
const (
	dwRBP = 6
	dwRSP = 7
	dwRA  = 16
)

// column is the field of a DWARF register; the return address column is the
// instruction pointer.
func column(r *unit.Regs, n int) *uint64 {
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
	case dwRBP:
		return &r.Rbp
	case dwRSP:
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
	default:
		return &r.Rip
	}
}
