// Package amd64 is the architecture amd64, 64-bit mode: it decodes instructions, and
// describes the registers, the calling convention, system calls and typical code. Arch
// combines all of it.
//
// Decode takes about 40 ns.
//
// Decisions:
//
//   - Decoding uses tables and code of our own, for every instruction.
//     x86asm only prints text. Refused: x86asm with our own
//     decoder for what it lacks. It does not tell which operand is written or
//     how wide a vector store is, which would need a table by opcode anyway;
//     it reads endbr64 as one byte and rdpkru as nothing; and where two
//     decoders meet, they can disagree.
//   - The set of stores comes not only from manuals: the processor decides,
//     by running every form on a read-only page (testdata/storeoracle.c).
//     Forms that the machine at hand lacks (AMX, movdir64b, wrss, RAO-INT,
//     AVX512-FP16) rely on the manual alone.
//   - A store under a mask counts as whole, and so does a failing compare-and-exchange,
//     because the processor checks the page for both, and stepping a unit
//     too many is harmless while missing an arming store aborts the program.
//   - Scatters and tilestored have no single address: StoreAddress is not ok
//     and Arms is false. clzero, whose address is rounded down to a cache line,
//     is omitted. Of an XSAVE area the first 576 bytes count.
//   - Near branches with an operand-size prefix are rejected, because Intel's
//     and AMD's processors disagree on their length. APX is not decoded.
package amd64
