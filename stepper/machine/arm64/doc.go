// Package arm64 is the architecture arm64 (AArch64, instruction set A64, little-endian): it
// decodes instructions, and describes the registers, the calling convention, system calls and
// typical code. Arch combines all of it. Names of instruction fields and groups are those of the
// Arm Architecture Reference Manual for A-profile (DDI 0487), chapter C4.
//
// Decisions:
//
//   - Decoding uses code of our own; arm64asm only prints text. Refused: arm64asm for control
//     flow. It knows ARMv8.0 only: no atomics of ARMv8.1, no signed branches (retaa, braa), no
//     bc.cond.
//   - A word that is in no group that is decoded here is a plain instruction that may change every
//     register: processors get new instructions, but rarely new branches. Only a word at
//     an odd address, or a part of one, is an error.
//   - A store-exclusive counts as a store although it may fail, because missing an arming store
//     aborts the program. So does a compare-and-swap.
//   - Stores without one address or size that is known here are Vector: those of SVE and SME (the
//     vector length differs between processors), memory copy and set, which write any number of
//     bytes, and dc zva, whose block size the processor chooses. Stores of allocation tags alone
//     (stg, st2g, dc gva) write no data and are none.
//   - hvc, smc, eret and their like are traps: a program is not allowed to execute them.
package arm64
