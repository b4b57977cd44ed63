package opv_test

import (
	"fmt"

	"rseqstep/stepper/machine"
	"rseqstep/stepper/machine/amd64"
	"rseqstep/stepper/machine/arm64"
	"rseqstep/stepper/opv"
)

const vectorsAMD64 = 16

// vectorsOf are the number of vector registers of an opv.State, and the size of what it has of each, bytes.
func vectorsOf(a *machine.Arch) (count, size int) {
	if a == arm64.Arch() {
		return 32, 16
	}
	return vectorsAMD64, 32
}

// flagsOf are the flags that instructions compute, and moreFlags those that they use besides.
func flagsOf(a *machine.Arch) uint64 {
	if a == arm64.Arch() {
		return 15 << 28
	}
	return cf | pf | af | zf | sf | of
}

func moreFlags(a *machine.Arch) uint64 {
	if a == amd64.Arch() {
		return 1 << 10 // DF
	}
	return 0
}

// difference names the registers in which two states differ. Flags in
// undefined, and those that a user cannot change, do not count.
func difference(got, want opv.State, undefined uint64) string {
	arch := want.Arch()
	flags := flagsOf(arch) | moreFlags(arch)
	same := func(s opv.State) opv.State {
		s.W[arch.Flags] &= flags &^ undefined
		s.W[arch.Syscall], s.Cleared = 0, 0
		return s
	}
	got, want = same(got), same(want)
	text := ""
	for n := range got.W {
		if a, b := got.W[n], want.W[n]; a != b {
			text += fmt.Sprintf("%s is %#x, not %#x; ", arch.Names[n], a, b)
		}
	}
	for n := range got.Vec {
		if got.Vec[n] != want.Vec[n] {
			text += fmt.Sprintf("vector register %d is %x, not %x; ", n, got.Vec[n], want.Vec[n])
		}
	}
	return text
}
