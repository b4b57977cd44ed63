// Package corefile reads ELF core files of amd64 and arm64 programs: a tracee.State of a process
// that has ended, or of its state at gdb's generate-core-file. See core(5),
// fs/binfmt_elf.c and include/uapi/linux/elfcore.h. The machine that reads it may have another
// processor.
//
// Parse reads only the core file itself. Process adds the mapped files, as found on this
// machine, and is what the Engine inspects (tracee.Still makes a Target of it).
//
// A core file is untrusted input: any byte of it may be wrong. Every defect is an error,
// and reading costs no more than the file's length.
//
// Decisions, and what was refused:
//
//   - The headers are not read by debug/elf: it panics on some malformed files, and
//     does not support the count of program headers of a process with 65,535
//     mappings or more (PN_XNUM).
//   - A core whose end is missing is read as far as it goes, with a warning, as gdb
//     does: a limit on its size (RLIMIT_CORE, a full disk) takes memory from the end,
//     and threads and registers are at the beginning. One that is cut in its headers
//     or notes is an error.
//   - Memory that was not dumped is read from the mapped file, if that
//     is still the same file: its build ID decides, or else the dumped part
//     of it. Reading another file's text would silently show wrong frames.
//   - A core records no rseq registration. glibc's area is found through glibc's own
//     variables (__rseq_offset and __rseq_size, see rseq.go). Refused: guessing an area by
//     searching the stacks for pointers to descriptors, because every section
//     that has run leaves such a pointer behind.
package corefile
