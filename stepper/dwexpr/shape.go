package dwexpr

// Constant is n of an expression that consists of DW_OP_constu n: the slot of a virtual
// function (DW_AT_vtable_elem_location, DWARF 5, 5.7.8).
func Constant(expr []byte) (n uint64, ok bool) { return operand(expr, OpConstu) }

// Added is n of an expression that consists of DW_OP_plus_uconst n: the offset of a
// member, as compilers emitted it before DWARF 3.
func Added(expr []byte) (n uint64, ok bool) { return operand(expr, OpPlusUconst) }

// operand is the operand of the only operation in expr.
func operand(expr []byte, op byte) (n uint64, ok bool) {
	r := Reader{P: expr}
	if byte(r.Fixed(1)) != op {
		return 0, false
	}
	n = r.ULEB()
	return n, !r.Bad && r.Left() == 0
}

// Static reports whether an expression begins with an address: its object belongs to no
// frame.
func Static(expr []byte) bool {
	return len(expr) > 0 && (expr[0] == OpAddr || expr[0] == OpAddrx || expr[0] == OpGNUAddrIndex)
}

// Discarded reports whether an expression is the address 0, or the highest one: linkers write that
// for a variable that they discarded.
func Discarded(expr []byte) bool {
	if len(expr) < 5 || expr[0] != OpAddr {
		return false
	}
	for _, b := range expr[1:] {
		if b != expr[1] || b != 0 && b != 0xff {
			return false
		}
	}
	return true
}

// Register is the register of an expression that consists of a register's name.
func Register(expr []byte) (n uint64, ok bool) {
	if len(expr) == 1 && expr[0] >= OpReg0 && expr[0] <= OpReg31 {
		return uint64(expr[0] - OpReg0), true
	}
	return operand(expr, OpRegx)
}

// EntryRegister is the register whose contents at the function's entry an operand of
// DW_OP_entry_value denotes: that of a Register, or of DW_OP_bregN 0.
func EntryRegister(expr []byte) (n uint64, ok bool) {
	if n, ok := Register(expr); ok {
		return n, true
	}
	r := Reader{P: expr}
	op := byte(r.Fixed(1))
	return uint64(op - OpBreg0), op >= OpBreg0 && op <= OpBreg31 && r.SLEB() == 0 && !r.Bad && r.Left() == 0
}
