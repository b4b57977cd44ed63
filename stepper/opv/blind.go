package opv

import (
	"bytes"
	"math/rand/v2"

	"rseqstep/stepper/machine"
)

// NeedsVectors reports whether the Plan of the pass that begins in s depends on the vector
// registers in s. A thread that was aborted has its general registers as they were at the
// section's start, if somebody kept them, but vector registers that the section may have changed.
// The parameters, the errors and the precondition are those of Build.
func NeedsVectors(abi ABI, body *machine.Body, s State, mem machine.Memory, at Place) (bool, error) {
	other, random := s, rand.New(rand.NewPCG(0, 0)) // the same change of two registers would not change their xor
	for i := range other.Vec {
		for j := range other.Vec[i] {
			other.Vec[i][j] ^= byte(random.Uint32()) | 1 // changes each byte
		}
	}
	a, err := Build(abi, body, s, mem, at)
	if err != nil {
		return false, err
	}
	b, err := Build(abi, body, other, mem, at)
	if err != nil || a.Vector.String() != b.Vector.String() || !bytes.Equal(a.Data, b.Data) || a.Exit.Regs != b.Exit.Regs {
		return true, nil
	}
	// Each byte is either as it was or the same in both. One that the pass has computed from others
	// may have been computed before the abort, too.
	for i := range s.Vec {
		for j := range s.Vec[i] {
			x, y := a.Exit.Vec[i][j], b.Exit.Vec[i][j]
			if x != y && (x != s.Vec[i][j] || y != other.Vec[i][j]) {
				return true, nil
			}
		}
	}
	return false, nil
}
