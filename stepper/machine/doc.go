// Package machine determines what one step must cover: it recognises instructions that
// arm a restartable sequence, decodes critical sections with their exits, reads the
// vDSO's functions, applies the rules of call frame information to registers, and finds
// how control can leave a source line. It is pure: it makes no system call and is
// independent of the operating system; it works on bytes, on a Regs and on a Memory. It
// is independent of the architecture: the differences are in an Arch, each of which is a
// package below this one.
//
// The engine's path for each single step is Decoder.Decode (cached by the engine) and
// Insn.Arms (2 to 11 ns, no allocation, no interface call).
//
// Decisions:
//
//   - The architecture is a value, selected by the program's ELF header. Refused: build
//     tags, which describe the machine that the debugger runs on. So code of every
//     architecture can be decoded, tested and fuzzed everywhere.
//   - Registers are words in the kernel's order, and a Reg is an index into them, so
//     that the value and address of a store are computed here for every architecture. A
//     Regs carries its Arch, and the indexes of its PC and SP. Refused: an
//     interface of registers, which would be called several times a step; and a separate
//     type for each architecture, which every package that keeps registers would have to handle.
//   - A Body lists what it cannot follow (calls, system calls, indirect
//     branches) and does not reject the section: the engine reports it.
//   - Whether a pass that reached End has committed is proven from the registers
//     there (Body.Outcome), or left unknown. Refused: comparing the memory the
//     final store writes, because it can contain the value already; and a
//     breakpoint on the final store, because it would abort the section.
//   - The vDSO is read by its section headers, which the kernel keeps in the
//     mapped image. Functions that no dynamic symbol names are part of none.
//   - Leaving the vDSO (VDSO.Leave) uses its call frame information, through
//     helpers too. The one helper without any, ChaCha20's core, is treated as a
//     leaf if its return address follows a direct call that leads there.
package machine
