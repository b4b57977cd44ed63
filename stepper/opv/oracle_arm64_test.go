//go:build linux

package opv_test

import (
	"bytes"
	"errors"
	"math/rand/v2"
	"os"
	"strings"
	"testing"

	"rseqstep/stepper/machine"
	"rseqstep/stepper/machine/arm64"
	"rseqstep/stepper/opv"
)

// TestInterpreterAgreesWithTheProcessorARM64 executes random instructions of each form from random
// states, on the processor and with the interpreter.
func TestInterpreterAgreesWithTheProcessorARM64(t *testing.T) {
	features, err := os.ReadFile("/proc/cpuinfo")
	if err != nil {
		t.Fatal(err)
	}
	c := newProcessor(t)
	if err := c.p.Pin(c.tid); err != nil {
		t.Fatal(err)
	}
	base := arm64.Regs(machine.Words{})
	if err := c.p.Regs(c.tid, &base); err != nil {
		t.Fatal(err)
	}
	random, compared := rand.New(rand.NewPCG(2026, 11)), 0
	for _, f := range forms() {
		if f.needs != "" && !strings.Contains(string(features)+" ", " "+f.needs+" ") && !strings.Contains(string(features), " "+f.needs+"\n") {
			t.Logf("%s: the processor does not have %s", f.name, f.needs)
			continue
		}
		ran, refused := 0, 0
		for range 4 * states(t, tries) {
			code, s, memory := f.instance(random, base, c.data)
			s.SetPC(c.code)
			got, gotMemory, err := interpret(s, code, memory, c.code, c.data)
			if errors.Is(err, opv.ErrUnsupported) {
				refused++
				continue
			}
			insn, _ := arm64.Arch().Decode(c.code, code)
			text := arm64.Arch().Format(&insn, nil)
			if err != nil {
				t.Errorf("%s (%x): %v", text, code, err)
				break
			}
			want, wantMemory, err := c.try(s, code, memory)
			if err != nil {
				t.Errorf("%s (%x): %v", text, code, err)
				break
			}
			ran++
			if what := difference(got, want, 0); what != "" || !bytes.Equal(gotMemory, wantMemory) {
				t.Errorf("%s (%x): %s, memory equal: %v\nfrom %x", text, code, what, bytes.Equal(gotMemory, wantMemory), s.W)
				break
			}
		}
		if compared += ran; ran == 0 {
			t.Errorf("%s: all %d are refused", f.name, refused)
		}
		t.Logf("%s: %d compared, %d refused", f.name, ran, refused)
	}
	t.Logf("%d compared", compared)
}
