// Package unit says what one step has to cover: it decodes amd64 instructions,
// recognises those that arm a restartable sequence, decodes critical sections
// with their exits, reads the vDSO's functions, applies the rules of call frame
// information to a Regs, and finds the ways out of a source line. It is pure: it
// makes no system call and knows no operating system; it works on bytes, on a
// Regs and on a Memory.
//
// The engine's path for each single step is Decode (about 40 ns, cached by the
// engine) and Insn.Arms (2 to 11 ns, no allocation).
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
//   - A Body lists what it cannot see through (calls, system calls, indirect
//     branches) and does not refuse it: the engine reports it.
//   - Whether a pass that reached End committed is proven from the registers
//     there (Body.Outcome), or left unknown. Refused: comparing the memory the
//     final store writes, because it can hold the value already; and a
//     breakpoint on the final store, because it would abort the section.
//   - The vDSO is read by its section headers, which the kernel keeps in the
//     mapped image. Functions that no dynamic symbol names are part of none.
//   - Leaving the vDSO (VDSO.Leave) goes by its call frame information through
//     helpers too. The one helper without any, ChaCha20's core, is taken for a
//     leaf when a direct call's return address lies on top of the stack.
package unit
