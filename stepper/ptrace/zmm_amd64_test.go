//go:build linux && amd64

package ptrace

import (
	"bytes"
	"encoding/binary"
	"testing"

	"rseqstep/stepper/machine"
	"rseqstep/stepper/machine/amd64"
	"rseqstep/stepper/opv"
)

// Package opv reads from a thread's XSAVE area where the upper halves of zmm0 to zmm15
// are; the processor reports the same (CPUID). A layout that opv does not know must be an
// error there, never a wrong offset.
func TestTheAreaSaysWhereTheUpperHalvesAre(t *testing.T) {
	const component = 6
	at, size := XSaveComponent(component)
	p := launch(t, spin)
	area, err := p.XState(p.PID())
	if err != nil {
		t.Fatal(err)
	}
	bits := binary.LittleEndian.Uint64(area[headerAt:])
	if size > 0 && len(area) >= at+size {
		for n := range size {
			area[at+n] = byte(n | 1)
		}
		bits |= 1 << component
		binary.LittleEndian.PutUint64(area[headerAt:], bits)
		if err := p.SetXState(p.PID(), area); err != nil {
			t.Fatal(err)
		}
		if area, err = p.XState(p.PID()); err != nil {
			t.Fatal(err)
		}
	}
	const registers = 16
	for _, cleared := range []uint32{1<<3 | 1<<4, 0xff7f} {
		want := bytes.Clone(area)
		s := opv.State{Regs: amd64.Regs(machine.Words{})}
		if err := opv.LoadVectors(&s, area); err != nil {
			t.Logf("CPUID has the upper halves at %d, %d bytes: %v", at, size, err)
			return
		}
		s.Cleared = cleared
		if err := opv.StoreVectors(&s, area); err != nil {
			t.Fatal(err)
		}
		for n := range registers {
			if size > 0 && cleared>>n&1 == 1 {
				clear(want[at+n*size/registers:][:size/registers])
			}
		}
		const behind = 576 + 256 // the upper halves of ymm0 to ymm15, which are stored unchanged
		if len(area) > behind && !bytes.Equal(area[behind:], want[behind:]) {
			t.Errorf("cleared %#x: the area differs from %d on, CPUID has the upper halves at %d", cleared, behind, at)
		}
	}
}
