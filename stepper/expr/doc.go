// Package expr evaluates C expressions in a stopped program and formats their
// values as gdb does: print, x, info locals, ptype, set var, display, watch,
// and the conditions of breakpoints.
//
// Parse converts text to an Expr and accesses nothing else. A Context is the
// environment in which an Expr is evaluated: frames, memory, registers,
// symbols. A Value is the result; its bytes are read when they are needed. A
// Session keeps what outlives an evaluation (the value history, convenience
// variables, types that were read).
//
// A Value is one of: bytes that were computed; a place in memory; a part of a
// register; pieces in several places; a variable that the compiler removed, in
// whole or in part, which is shown as <optimized out> where it is missing.
//
// Decisions, and what was refused:
//
//   - Types are read from DIEs here, members only when they are needed.
//     debug/dwarf's Type reads all members of all types it can reach, has no
//     base classes, references to members, or atomic types, and fails as a
//     whole on a tag it does not know.
//   - DWARF expressions are evaluated by stepper/dwexpr, whose questions (registers, entry
//     values, thread-local variables, other variables) are answered here. A limit of the
//     Context bounds how evaluations lead to one another: hostile frame bases may be
//     computed from themselves, and arrays may be as long as themselves.
//   - Parse queries the names of types, because C cannot be parsed without
//     them: "(a) - b". An Expr keeps the result, so a condition is parsed for
//     its breakpoint's location.
//   - Integers are computed with math/big, then truncated to their type: one
//     way for every width, __int128 included. A condition costs a stop of the
//     program anyway, which takes a hundred times as long.
//   - A register of a calling frame that the call was free to change is
//     <not saved> when the user names it; gdb shows the callee's value.
//     A variable that DWARF puts there is read all the same: compilers do so only if
//     they know the callee (GCC's -fipa-ra).
//   - A value the caller passed is recovered from its call site if GCC describes
//     it (entry values), past main too; gdb stops at main.
//   - Context.Caller calls functions of the program and refuses if
//     a call would disarm a restartable sequence; this package has only the rules
//     for arguments and results: a convention of each architecture (callabi.go, aapcs64.go). The targets of pointer
//     arguments, string literals first of all, are on the program's stack for
//     as long as the expression is evaluated. Refused: calling malloc, as gdb
//     does, because the thread may hold its lock, or malloc be what is debugged.
//   - Virtual functions are called through the object's table, by-value classes
//     that only a constructor can copy are refused, and C++'s overload
//     resolution is implemented as far as it tells int from double and pointers.
//   - Thread-local variables of libraries are found through the entries that the dynamic
//     linker wrote into the library's GOT, not by glibc's private structures, whose
//     layout changes between versions.
//   - A value whose type is from a unit of Rust has Rust's form, in any frame; an expression is
//     parsed as Rust if the frame's unit is (gdb: both by the frame). Its numbers are computed
//     in 64 or 128 bits, as gdb's, under Rust's names of types: what the program would panic on
//     is shown. Pointers, references and boxes are all "*mut T", as in gdb.
//   - A variant is the active one by its discriminant, or none is shown. Containers of Rust's
//     library are recognised by the names of their members, which differ between versions; one
//     that is not made as expected is shown by its members.
//   - Rust's own calling convention is not stable. Functions are called, and their results shown,
//     only where it is the same as C's; gdb shows what C would return.
package expr
