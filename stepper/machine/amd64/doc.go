// Package amd64 is the architecture amd64, 64-bit mode: it decodes instructions, and knows
// what its registers, calling convention, system calls and code look like. Arch has it all.
//
// Decode takes about 40 ns.
//
// Decisions:
//
//   - Decoding is done by tables and code of our own, for every instruction.
//     x86asm prints text and nothing else. Refused: x86asm with our own
//     decoder for what it lacks. It does not say which operand is written or
//     how wide a vector store is, which would need a table by opcode anyway;
//     it reads endbr64 as one byte and rdpkru as nothing; and where two
//     decoders meet, they can disagree.
//   - What counts as a store was not only read in manuals: the processor is
//     asked, by running every form on a read-only page (testdata/storeoracle.c).
//     Forms that the machine at hand lacks (AMX, movdir64b, wrss, RAO-INT,
//     AVX512-FP16) rest on the manual alone.
//   - A store under a mask counts as whole, and so does a compare-and-exchange
//     that fails: the processor checks the page for both, and stepping a unit
//     too many is harmless where missing an arming store aborts the program.
//   - Scatters and tilestored have no single address: StoreAddress is not ok
//     and Arms false. clzero, whose address is rounded down to a cache line,
//     is left out. Of an XSAVE area the first 576 bytes count.
//   - Near branches under an operand-size prefix are refused, since Intel's
//     and AMD's processors disagree on their length. APX is not decoded.
package amd64
