// Package symbols knows what a process's code is called and where it was
// written: functions, lines, inlined calls, stacks, source text, names to
// complete. It implements stepper.Symbols and gives stepper/expr the DWARF of
// each module.
//
// A Set holds the Modules of a process. Each Module is an image (one ELF file,
// all in file addresses) at a bias; process addresses become file addresses in
// the methods of Set and Module and nowhere else.
//
// Laziness: a new Set reads ELF headers. A look-up by name streams through a
// symbol table and keeps nothing; the first look-up by address makes a table
// of 24 bytes a symbol. DWARF is opened when a line, a block or a variable is
// first asked for: root DIEs then, a unit's DIEs and lines when an address in it or
// a name that its bytes can hold is asked for. A .dwo file, or a unit of a .dwp
// package, is read when its unit's DIEs are; a look-up by name reads all of them,
// as gdb does at its start. In workerd (162 MB, 282,000
// symbols) `break malloc` takes 4 MB and 40 ms, gdb 13's 267 MB and 1.3 s.
//
// Decisions, and what was refused:
//
//   - debug/dwarf reads DIEs and lines, not delve's reader and line packages: it
//     decodes unit by unit, versions 2 to 5, and holds no state of a debugger.
//     Its rows are kept in 16 bytes.
//   - CFI is parsed here, not by delve's frame package: that one reads a whole
//     section into maps, panics on malformed rules, restores a rule as "saved at
//     offset" whatever it was, drops the 'S' augmentation and does not know
//     .eh_frame_hdr. (stepper/cfi; the rules' expressions: stepper/dwexpr.)
//   - Sections are read, not mapped: a program rebuilt while it is debugged
//     would end the debugger with SIGBUS.
//   - An inlined call begins at DW_AT_entry_pc (gdb since 15; gdb 13 takes its
//     lowest address, where the caller's code may run first).
//   - Rows of line 0 are stepped through as part of any line (LLDB's rule); gdb
//     stops there.
//   - A breakpoint on a function goes where gdb puts it: at prologue_end, past
//     push and mov of the frame pointer, else at the entry. The second row of
//     the line table, gdb's rule elsewhere, can be conditional code at -O2.
//   - Frames shows what is on the stack: gdb's invented frames for tail calls
//     are not shown.
//   - An IFUNC's symbol is its resolver's address: which function it chose is
//     only in the GOT, and only once it has run.
//   - DIEs that are in another section or file (.dwo, .dwp, .debug_types, what dwz
//     moved away) are read by debug/dwarf too, each section by a reader of its own,
//     and get a stretch of the module's offsets: an Offset stays all that is needed
//     to name a DIE. Refused: a reader of our own, 40 forms for the sake of
//     two; so GNU's forms are written as DWARF 5's, which are the same.
//   - A .dwo file whose id is not the skeleton's is not taken, whatever its name. A
//     missing one is told of once a module, since thousands can be missing.
//     Beside a package gdb looks for no .dwo files; here what it lacks may come from them.
//   - DW_TAG_imported_unit is followed for a partial unit's language only: names are
//     looked for in every unit anyway.
//   - .gnu_debugdata (MiniDebugInfo) is not read: it is xz, which Go's library has not.
package symbols
