package unit

// Reg is a 64-bit general register. NoReg is the zero value.
type Reg uint8

// The general registers, in the order of their numbers in ModRM and REX, plus one.
const (
	NoReg Reg = iota
	RAX
	RCX
	RDX
	RBX
	RSP
	RBP
	RSI
	RDI
	R8
	R9
	R10
	R11
	R12
	R13
	R14
	R15
)

// register converts a register number of 0 to 15 as instructions encode it.
func register(number byte) Reg { return RAX + Reg(number&15) }

// Value is what register x holds, all 64 bits; 0 for NoReg.
func (r *Regs) Value(x Reg) uint64 {
	switch x {
	case RAX:
		return r.Rax
	case RCX:
		return r.Rcx
	case RDX:
		return r.Rdx
	case RBX:
		return r.Rbx
	case RSP:
		return r.Rsp
	case RBP:
		return r.Rbp
	case RSI:
		return r.Rsi
	case RDI:
		return r.Rdi
	case R8:
		return r.R8
	case R9:
		return r.R9
	case R10:
		return r.R10
	case R11:
		return r.R11
	case R12:
		return r.R12
	case R13:
		return r.R13
	case R14:
		return r.R14
	case R15:
		return r.R15
	}
	return 0
}

// String is the register's name as GNU writes it, without the percent sign.
func (x Reg) String() string {
	names := [...]string{"none", "rax", "rcx", "rdx", "rbx", "rsp", "rbp", "rsi", "rdi",
		"r8", "r9", "r10", "r11", "r12", "r13", "r14", "r15"}
	if int(x) < len(names) {
		return names[x]
	}
	return "unknown register"
}

// short is the name of the register's low 32 bits.
func (x Reg) short() string {
	if x >= R8 {
		return x.String() + "d"
	}
	return "e" + x.String()[1:]
}
