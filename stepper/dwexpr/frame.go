package dwexpr

import "rseqstep/table"

// Frame is the frame that an expression is evaluated in.
type Frame interface {
	// ReadMemory fills p from addr and returns how many bytes it read; n <
	// len(p) implies an error.
	ReadMemory(addr table.Addr, p []byte) (n int, err error)
	// Register is a register's contents in the frame, its low 8 bytes, by DWARF number.
	Register(n uint64) (uint64, error)
	// Relocate is the process address of a file address.
	Relocate(a table.FileAddr) table.Addr
}

// Unit supplies what expressions of a unit's DIEs need in addition. Its methods return an
// error for what is unknown.
type Unit interface {
	// FrameBase is the value of DW_AT_frame_base of the frame's function.
	FrameBase() (table.Addr, error)
	// CFA is the frame's canonical frame address.
	CFA() (table.Addr, error)
	// Object is the object whose type the expression belongs to
	// (DW_OP_push_object_address).
	Object() (table.Addr, error)
	// TLS is the address, for the thread, of byte off of the module's thread-local
	// variables.
	TLS(off uint64) (table.Addr, error)
	// Indexed is entry n of the unit's part of .debug_addr.
	Indexed(n uint64) (uint64, error)
	// BaseType is the base type whose DIE is off bytes into the unit.
	BaseType(off uint64) (*Type, error)
	// References describes operands that name DIEs of .debug_info: their width in bytes,
	// 4 or 8, and the offset to add.
	References() (width int, base uint64)
	// EntryValue is the value of expr at the entry of the frame's function.
	EntryValue(expr []byte) (uint64, error)
	// ParameterRef is the value that the caller passed for the parameter whose
	// DIE is off bytes into the unit (DW_OP_GNU_parameter_ref).
	ParameterRef(off uint64) (uint64, error)
	// VariableValue is the value of the DIE's variable (DW_OP_GNU_variable_value).
	VariableValue(die uint64) (uint64, error)
}
