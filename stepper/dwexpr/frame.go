package dwexpr

import "rseqstep/table"

// Frame is the frame that an expression is evaluated in.
type Frame interface {
	// ReadMemory fills p from addr and returns how many bytes it read;
	// n < len(p) comes with an error.
	ReadMemory(addr table.Addr, p []byte) (n int, err error)
	// Register is a register's contents in the frame, its low 8 bytes, by DWARF's number.
	Register(n uint64) (uint64, error)
	// Relocate is where an address of the file lies in the process.
	Relocate(a table.FileAddr) table.Addr
}

// Unit is what expressions of a unit's DIEs ask for besides. Errors are the answer to
// what is not known.
type Unit interface {
	// FrameBase is what DW_AT_frame_base of the frame's function comes to.
	FrameBase() (table.Addr, error)
	// CFA is the frame's canonical frame address.
	CFA() (table.Addr, error)
	// Object is the object whose type the expression belongs to
	// (DW_OP_push_object_address).
	Object() (table.Addr, error)
	// TLS is where byte off of the module's thread-local variables is for the thread.
	TLS(off uint64) (table.Addr, error)
	// Indexed is entry n of the unit's part of .debug_addr.
	Indexed(n uint64) (uint64, error)
	// BaseType is the base type whose DIE is off bytes into the unit.
	BaseType(off uint64) (*Type, error)
	// References says how operands name DIEs of .debug_info: their width in bytes, 4
	// or 8, and what is added to them.
	References() (width int, base uint64)
	// EntryValue is what expr was when the frame's function was entered.
	EntryValue(expr []byte) (uint64, error)
	// ParameterRef is what the caller passed for the parameter whose DIE is off
	// bytes into the unit (DW_OP_GNU_parameter_ref).
	ParameterRef(off uint64) (uint64, error)
	// VariableValue is the value of the variable of a DIE (DW_OP_GNU_variable_value).
	VariableValue(die uint64) (uint64, error)
}
