// Package table reads what programs declare of their restartable sequences:
// the critical sections in ELF files, and where these are in a process.
//
// Parse and Open turn a file into a File, whose Sections are sorted and have
// file addresses. A Module puts a File at its bias in a process; an Image is
// all modules of a process and finds a section by PC or by descriptor.
// ReadModules fills the modules in from /proc, ReadDescriptor reads a section
// that no file declares, as a thread arms it. Validate repeats the kernel's
// checks. WriteJSON and ReadJSON carry it all elsewhere.
//
// The package uses the standard library only, and takes class, byte order and
// machine from the file, never from the host.
//
// # Decisions
//
// The descriptors in __rseq_cs and __rseq_table are the truth; the pointer
// array is compared with them and disagreement is a warning, because linkers
// drop the array with --gc-sections. Refused: reading the array first, as
// other readers do.
//
// Two descriptors of the same instructions are two sections: a thread may arm
// either, and is found by the one it armed. Only two headers for the same
// bytes are one.
//
// A relocatable object's sections get a layout of our own (SHF_ALLOC ones in
// header order from 0x1000, aligned as they ask), so that one FileAddr is one
// place; File.Where leads back to section and offset. Refused: an address
// that is a pair of section and offset everywhere, for the sake of .o files.
//
// RELR words are left as they are in the file: the format keeps the addend in
// place, and the bias of a file address is 0. RELA overwrites, REL adds.
// Packed relocations of other kinds (Android's, CREL) are a warning.
//
// ELF headers are decoded here and not by debug/elf, which refuses a whole
// file for one odd section name, keeps an object for every section header
// that a hostile file has room for, and returns symbol tables whole: 40 MB
// for a program whose 177 functions are wanted. debug/elf serves for DWARF,
// where it has to be protected from its own panics. Refused: memory-mapping
// the file, since a file that is cut short while mapped raises SIGBUS.
//
// No number in a file is believed before the file's size backs it, and all
// bulk reading together is bounded by four times that size.
//
// Exits that no one declared are found by decoding the section's body; that
// is stepper/machine's part, and needs an architecture.
package table
