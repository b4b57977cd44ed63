// Package interp is what the interpreters of all architectures share (package opv): the state,
// memory with a pass's writes kept separately, the fields of the rseq area, and the words for what
// instructions do. The packages inside it are the instruction sets.
//
// # Decisions
//
//   - An instruction set executes and describes; what it read and wrote, where it is and when a pass
//     ends is recorded here, so that all of them are bounded and logged in the same way.
//   - Operands are decoded by the instruction sets and not by package machine, which keeps only what
//     stepping needs, in values without pointers.
package interp
