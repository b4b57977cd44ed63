package stepper_test

import (
	"encoding/binary"
	"os"
	"testing"

	"rseqstep/stepper"
	"rseqstep/stepper/rseq"
	"rseqstep/stepper/steptest/modelled"
	"rseqstep/table/tabletest"
)

// features is the test process's own AT_RSEQ_FEATURE_SIZE.
func features(t *testing.T) int {
	t.Helper()
	b, err := os.ReadFile("/proc/self/auxv")
	if err != nil {
		t.Fatal(err)
	}
	for ; len(b) >= 16; b = b[16:] {
		if binary.LittleEndian.Uint64(b) == 27 {
			return int(binary.LittleEndian.Uint64(b[8:]))
		}
	}
	return 0
}

// A kernel with fields beyond 32 bytes has two modes, by the registered size; any other has one
// for all sizes.
func TestModeOfARegistration(t *testing.T) {
	t.Setenv("GLIBC_TUNABLES", "glibc.pthread.rseq=0") // otherwise ownreg.c would set it and exec itself first
	modes := map[uint32]rseq.Mode{}
	for _, f := range []tabletest.Fixture{{Source: "units.c", Opt: "-O2", Own: true}, {Source: "ownreg.c", Opt: "-O2"}} {
		p := start(t, f, "3")
		p.hits(p.add(stepper.BreakpointSpec{Addrs: at(p.bodies(addv), 2)}), 2)
		th := p.Threads()[0]
		modes[th.Rseq.Config.Size] = th.Mode
		if got, want := p.RseqFeatureSize(), features(t); got != want {
			t.Errorf("feature size %d, want %d", got, want)
		}
	}
	want := map[uint32]rseq.Mode{32: rseq.Legacy, 64: rseq.Optimized}
	if features(t) <= 32 {
		want[64] = modes[32]
		want[32] = modes[32]
	}
	if features(t) == 0 {
		delete(want, 64) // a kernel that accepts 32 bytes only
	}
	for size, mode := range want {
		if modes[size] != mode || mode == 0 {
			t.Errorf("%d bytes: mode %q, want %q; all: %v", size, modes[size], mode, modes)
		}
	}
}

func TestSliceIsReadFromTheArea(t *testing.T) {
	want := map[modelled.Kernel]string{modelled.AtEveryStop: "none", modelled.WhenInterrupted: "none", modelled.WhenChanged: "on"}
	for name, kernel := range modelled.Kernels() {
		w := modelled.New(&modelled.Chooser{}, &modelled.Explored{States: map[uint64]bool{}}, kernel, 1, modelled.Arm)
		e, err := w.Engine(stepper.DefaultPolicy())
		if err != nil {
			t.Fatal(err)
		}
		if got := e.Threads()[0].Rseq.Slice.String(); got != want[kernel] {
			t.Errorf("%s: %q, want %q", name, got, want[kernel])
		}
	}
}
