// Package dwexpr evaluates DWARF expressions (DWARF 5, sections 2.5 and 2.6, with GCC's
// extensions): where a variable is, what the CFA of a frame is, how long an array is. It knows
// no process and reads no file. Frame answers with registers and memory, Unit with what only
// the debug information knows; an expression of call frame information has no Unit.
//
// Expressions come from files that nobody has checked. Evaluate never panics, and what it
// costs is bounded: operations, among them those of expressions evaluated on behalf of another
// (see Limit), entries of the stack, bits of pieces. What is wrong with an expression is an
// ErrMalformed, what this package cannot do an ErrNotSupported; what Frame and Unit answer
// comes back as it is.
//
// Addresses are 8 bytes wide and little-endian.
//
// Decisions, and what was refused:
//
//   - Delve's pkg/dwarf/op: it panics on a division by zero, on a number that is cut off
//     and, at DW_OP_plus_uconst, on an empty stack; stops a loop after ten operations for
//     each byte and takes what is on the stack then for the result; knows neither typed
//     entries, nor entry values, bit pieces, TLS or implicit pointers. A piece that is
//     optimized out has the value 0 there, DW_OP_mod is signed, and the expression of one
//     frame costs 22 allocations.
//   - Floating point in typed entries: values are passed on, computing with them is an
//     ErrNotSupported. GCC writes such expressions for few variables of optimized code.
//   - DW_OP_call2, DW_OP_call4, DW_OP_call_ref: GCC and Clang write none for C and C++.
//     DW_OP_xderef and its kin: amd64 has one address space.
//   - A limit for each expression alone: a frame base may be computed from itself, and a
//     hundred variables may each read the next a hundred times.
package dwexpr
