// Package dwexpr evaluates DWARF expressions (DWARF 5, sections 2.5 and 2.6, with GCC's
// extensions): the location of a variable, the CFA of a frame, the length of an array. It has no
// access to a process and reads no file. Frame supplies registers and memory, Unit what only the
// debug information contains; an expression of call frame information has no Unit.
//
// Expressions come from untrusted files. Evaluate never panics, and its cost is bounded:
// operations, among them those of expressions evaluated on behalf of another (see Limit), entries
// of the stack, bits of pieces. A defect of an expression is an ErrMalformed, an unsupported
// operation an ErrNotSupported; errors of Frame and Unit are returned unchanged.
//
// Addresses are 8 bytes wide and little-endian.
//
// Decisions, and what was refused:
//
//   - Delve's pkg/dwarf/op: it panics on a division by zero, on a truncated number
//     and, at DW_OP_plus_uconst, on an empty stack; stops a loop after ten operations for
//     each byte and takes the top of the stack as the result; supports neither typed
//     entries, nor entry values, bit pieces, TLS or implicit pointers. A piece that is
//     optimized out has the value 0 there, DW_OP_mod is signed, and the expression of one
//     frame costs 22 allocations.
//   - Floating point in typed entries: values are copied, computing with them is an
//     ErrNotSupported. GCC emits such expressions for few variables of optimized code.
//   - DW_OP_call2, DW_OP_call4, DW_OP_call_ref: GCC and Clang emit none for C and C++.
//     DW_OP_xderef and the like: amd64 has one address space.
//   - A separate limit for each expression: a frame base may be computed from itself, and a
//     hundred variables may each read the next a hundred times.
package dwexpr
