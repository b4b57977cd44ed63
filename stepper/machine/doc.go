// Package machine says what one step has to cover: it recognises instructions that arm a
// restartable sequence, decodes critical sections with their exits, reads the vDSO's
// functions, applies the rules of call frame information to registers, and finds the
// ways out of a source line. It is pure: it makes no system call and knows no
// operating system; it works on bytes, on a Regs and on a Memory. It knows no
// architecture: what differs from one to another is in an Arch, of which each is a
// package below this one.
//
// The engine's path for each single step is Decoder.Decode (cached by the engine) and
// Insn.Arms (2 to 11 ns, no allocation, no call of an interface).
//
// Decisions:
//
//   - The architecture is a value, that of the program's ELF header. Refused: build
//     tags, which are for the machine that the debugger runs on. So code of every
//     architecture can be decoded, tested and fuzzed everywhere.
//   - Registers are words in the kernel's order, and a Reg is a place among them, so
//     that what an instruction stores, and where, is computed here for all. A Regs
//     carries its Arch, and the places of its PC and SP beside it. Refused: an
//     interface of registers, which would be asked several times a step; and a type of
//     its own for each architecture, of which whoever keeps registers would have to know.
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
//     leaf when it would return behind a direct call that leads there.
package machine
