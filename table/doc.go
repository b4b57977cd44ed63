// Package table reads the declarations of restartable sequences: the critical
// sections in ELF files, and their addresses in a process.
//
// Parse and Open turn a file into a File, whose Sections are sorted and have
// file addresses. A Module puts a File at its bias in a process; an Image is
// all modules of a process and finds a section by PC or by descriptor.
// ReadModules fills the modules in from /proc, ReadDescriptor reads a section
// that no file declares, from the descriptor that a thread arms. Validate
// repeats the kernel's checks. WriteJSON and ReadJSON convert everything to and
// from JSON.
//
// The package uses the standard library only, and takes class, byte order and
// machine from the file, never from the host.
//
// # Decisions
//
// The descriptors in __rseq_cs and __rseq_table are authoritative; a difference
// from the pointer array is a warning, because linkers drop the array with
// --gc-sections. Refused: reading the array first, as other readers do.
//
// Two descriptors of the same instructions are two sections: a thread may arm
// either, and the armed one identifies the section. Only two section headers
// for the same bytes give one section.
//
// Parse lays out a relocatable object's sections itself (SHF_ALLOC ones in
// header order from 0x1000, with their alignment), so that one FileAddr is one
// place; File.Where converts it to section and offset. Refused: an address that
// is a pair of section and offset everywhere, for the sake of .o files.
//
// RELR words stay as they are in the file: the format keeps the addend in
// place, and the bias of a file address is 0. RELA overwrites, REL adds. Packed
// relocations of other kinds (Android's, CREL) are a warning.
//
// ELF headers are decoded here and not by debug/elf, which rejects a whole file
// for one odd section name, allocates an object for every section header that a
// hostile file claims, and returns whole symbol tables: 40 MB for a program of
// which 177 functions are needed. debug/elf serves for DWARF, and its panics
// are recovered there. Refused: memory-mapping the file, because truncating a
// mapped file raises SIGBUS.
//
// No number in a file is used before the file's size confirms it, and all bulk
// reading together is bounded by four times that size.
//
// Undeclared exits are found by decoding the section's body; that is the task
// of stepper/machine and needs an architecture.
package table
