// Package corefile reads ELF core files of amd64 programs: a tracee.State of a
// process that is no more, or that was when gdb's generate-core-file looked at it.
// See core(5), fs/binfmt_elf.c and include/uapi/linux/elfcore.h.
//
// Parse reads what the file itself says and nothing else. Process adds the files
// that were mapped, as they are found here, and is what the Engine looks at
// (tracee.Still makes a Target of it).
//
// A core file is input from anywhere: any byte of it may be wrong. What is wrong is
// an error, and reading costs no more than the file is long.
//
// Decisions, and what was refused:
//
//   - The headers are not read by debug/elf: it panics on some malformed files, and
//     knows nothing of the count of program headers of a process with 65,535
//     mappings or more (PN_XNUM).
//   - A core whose end is missing is read as far as it goes, with a warning, as gdb
//     does: a limit on its size (RLIMIT_CORE, a full disk) takes memory from the end,
//     and threads and registers stand at the beginning. One that is cut in its headers
//     or notes is an error.
//   - Memory that was not dumped comes from the file that was mapped there, if that
//     is the same file still: its build ID, or else the part of it that was dumped,
//     decides. Reading another file's text would show wrong frames without a word.
//   - A core records no rseq registration. glibc's area is found by what glibc says
//     of it (__rseq_offset and __rseq_size, see rseq.go). Guessing an area by
//     looking for pointers to descriptors on the stacks was refused: such a pointer is
//     left behind by every section that has been run.
package corefile
