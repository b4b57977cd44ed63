// Package symbols provides the names and source positions of a process's code:
// functions, lines, inlined calls, stacks, source text, completions. It
// implements stepper.Symbols and provides the DWARF of each module to
// stepper/expr.
//
// A Set holds the Modules of a process. Each Module is an image (one ELF file,
// all in file addresses) at a bias; process addresses become file addresses in
// the methods of Set and Module and only there.
//
// Laziness: a new Set reads ELF headers. A look-up by name streams through a symbol table
// and keeps nothing; the first look-up by address makes a table of 24 bytes a symbol. The
// first query for a line, a block or a variable opens the DWARF: root DIEs first, a
// unit's DIEs and lines at the first query for an address in it or a name that its bytes
// may contain. A .dwo file, or a unit of a .dwp package, is read when its unit's DIEs
// are; a look-up by name reads all of them, as gdb does at its start. In workerd (162 MB,
// 282,000 symbols) `break malloc` takes 4 MB and 40 ms, gdb 13's 267 MB and 1.3 s.
//
// Decisions, and what was refused:
//
//   - debug/dwarf reads DIEs and lines, not delve's reader and line packages: it
//     decodes unit by unit, versions 2 to 5, and holds no state of a debugger.
//     Rows are kept in 16 bytes each.
//   - CFI is parsed here, not by delve's frame package: that one reads a whole
//     section into maps, panics on malformed rules, restores a rule as "saved at
//     offset" whatever it was, drops the 'S' augmentation and does not support
//     .eh_frame_hdr. (stepper/cfi; the rules' expressions: stepper/dwexpr.)
//   - Sections are read, not mapped: a program rebuilt while it is debugged
//     would crash the debugger with SIGBUS.
//   - An inlined call begins at DW_AT_entry_pc (gdb since 15; gdb 13 takes its
//     lowest address, where the caller's code may run first).
//   - Rows of line 0 are stepped through as part of any line (LLDB's rule); gdb
//     stops there.
//   - A breakpoint on a function goes where gdb puts it: at prologue_end, past
//     push and mov of the frame pointer, else at the entry. The second row of
//     the line table, gdb's rule elsewhere, can be conditional code at -O2.
//   - Frames adds the frames of functions that ended in a tail call, by gdb's rule: those on
//     every way from the call to the function that runs, and none if a way may be unknown.
//   - An IFUNC's symbol is its resolver's address: the chosen function is
//     only in the GOT, and only once it has run. Until then a breakpoint is on the stubs
//     that call it; gdb stops in the resolver.
//   - DIEs that are in another section or file (.dwo, .dwp, .debug_types, what dwz
//     moved) are read by debug/dwarf too, each section by a separate reader,
//     and get a range of the module's offsets: an Offset is still all that is needed
//     to identify a DIE. Refused: a reader of our own, 40 forms for the sake of
//     two; GNU's forms are rewritten as DWARF 5's, which are the same.
//   - A .dwo file whose id is not the skeleton's is rejected, whatever its name. A
//     missing one is reported once per module, because thousands can be missing.
//     Beside a package gdb searches for no .dwo files; here they may supply what it lacks.
//   - DW_TAG_imported_unit is followed for a partial unit's language only: names are
//     searched in every unit anyway.
//   - A function of Rust has DWARF's name, as in gdb, with its generic arguments and {impl#0}; a
//     symbol's name, <T as Trait>::f, finds it too. A bare name means the program's own crates.
//   - .gnu_debugdata (MiniDebugInfo) is not read: it is xz, which Go's library lacks.
package symbols
