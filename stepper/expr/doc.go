// Package expr evaluates C expressions in a stopped program and shows their
// values, in the words that users know from gdb: print, x, info locals,
// ptype, set var, display, watch, and the conditions of breakpoints.
//
// Parse turns text into an Expr and touches nothing. A Context says where an
// Expr is evaluated: frames, memory, registers, symbols. A Value is what it
// comes to; its bytes are read when they are needed. What lasts (the value
// history, convenience variables, types that were read) is kept in a Session.
//
// A Value is one of: bytes that were computed; a place in memory; a part of a
// register; pieces in several places; a variable that the compiler removed,
// in whole or in part, which shows as <optimized out> where it is gone.
//
// Decisions, and what was refused:
//
//   - Types are read from DIEs here, members only when they are asked for.
//     debug/dwarf's Type reads all members of all types it can reach, has no
//     base classes, references to members, or atomic types, and fails as a
//     whole on a tag it does not know.
//   - DWARF expressions are evaluated by stepper/dwexpr, whose questions (registers, entry
//     values, thread-local variables, other variables) are answered here. One limit of a
//     Context bounds what leads from one to another: a frame base may be computed from
//     itself, an array be as long as itself says.
//   - Parse asks for the names of types, because C cannot be parsed without
//     them: "(a) - b". An Expr holds the answer, so a condition is parsed where
//     its breakpoint is.
//   - Integers are computed as math/big has them, then cut to their type: one
//     way for every width, __int128 included. A condition costs a stop of the
//     program anyway, a hundred times as much.
//   - A register of a calling frame that the call was free to change is
//     <not saved> when the user names it; gdb shows what the callee left there.
//     A variable that DWARF puts there is believed: compilers say so only where
//     they know the callee (GCC's -fipa-ra).
//   - A value the caller passed is recovered from its call site where GCC says
//     how (entry values), past main too; gdb stops at main.
//   - Functions of the program are called by Context.Caller, which refuses where
//     a call would disarm a restartable sequence; here is only what the psABI
//     says of arguments and results (callabi.go). What pointers among the
//     arguments lead to, string literals first, lies on the program's stack for
//     as long as the expression is evaluated. Calling malloc for it, as gdb
//     does, was refused: the thread may hold its lock, and be debugged for that.
//   - Virtual functions are called by the table the object has, by-value classes
//     that only a constructor can copy are refused, and of C++'s overload
//     resolution there is as much as tells int from double and pointers apart.
//   - Thread-local variables of libraries are found by what the dynamic linker
//     wrote into the library's GOT, not by glibc's private structures, whose
//     layout changes between versions.
package expr
