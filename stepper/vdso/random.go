package vdso

import (
	"fmt"

	"rseqstep/stepper/machine"
	"rseqstep/table"
)

// struct vgetrandom_state, include/vdso/getrandom.h (Linux 6.11 to 6.18), bytes.
const (
	randomStateSize  = 144
	randomGeneration = 128 // u64: of the kernel's generator when the key was made
	randomInUse      = 137 // bool: a call uses the state now
)

// randomUntaken reports whether a call of getrandom with these arguments, at its first
// instruction, receives a state whose layout is known and that no other call uses.
func randomUntaken(mem machine.Memory, args [6]uint64) bool {
	if args[4] != randomStateSize {
		return false
	}
	var use [1]byte
	n, _ := mem.ReadMemory(table.Addr(args[3])+randomInUse, use[:])
	return n == 1 && use[0] == 0
}

// releaseRandom leaves the state of an abandoned call of getrandom as the function itself does
// when it cannot trust the state: unused, and with generation 0, which no kernel's generator
// has, so that the next call makes a new key. Bytes that a call has returned may remain in it;
// no call uses them again.
func releaseRandom(write func(table.Addr, []byte) (int, error), args [6]uint64) error {
	state := table.Addr(args[3])
	for _, w := range []struct {
		at   table.Addr
		zero []byte
	}{{state + randomGeneration, make([]byte, 8)}, {state + randomInUse, make([]byte, 1)}} {
		if _, err := write(w.at, w.zero); err != nil {
			return fmt.Errorf("the state of getrandom at %v: %w", state, err)
		}
	}
	return nil
}
