// Package interp is what the interpreters of all architectures share (package opv): the state,
// memory with a pass's writes kept separately, the fields of the rseq area, and the words for what
// instructions do. The packages inside it are the instruction sets.
//
// # Decisions
//
//   - An instruction set executes and describes; what it read and wrote, where it is and when a pass
//     ends is recorded here, so that all of them are bounded and logged in the same way.
//   - arm64's instructions are decoded to operations, which are then executed or described: two
//     readers of one decoder. amd64's are read from their opcodes by both, as they are fewer steps away.
package interp
