package expr

import (
	"strings"
	"testing"

	"rseqstep/stepper"
	"rseqstep/stepper/machine"
	"rseqstep/stepper/machine/arm64"
)

// The masks of signatures are registers where the processor signs, in each frame, as in gdb; otherwise they are
// nothing. They cannot be written.
func TestTheMasksOfSignaturesAreRegisters(t *testing.T) {
	for mask, want := range map[uint64]string{0x7f << 48: "0x7f000000000000", 0: "void"} {
		var w machine.Words
		w[arm64.CodeMask] = mask
		r := arm64.Regs(w)
		c := &Context{Arch: arm64.Arch(), Session: NewSession(), Frames: []stepper.Frame{{Regs: r, CFA: 1}, {Regs: r, CFA: 2}}}
		c.XState = func() ([]byte, error) { return make([]byte, 1<<10), nil }
		c.WriteRegs = func(*machine.Regs) error { t.Error("registers are written"); return nil }
		for c.Selected = range c.Frames {
			for _, name := range []string{"$pauth_cmask", "$pauth_dmask"} {
				v, err := c.Evaluate(name)
				if err != nil {
					t.Fatal(err)
				}
				if got, err := c.Print(v, Format{Letter: 'x'}); got != want || err != nil {
					t.Errorf("%s is %s in frame %d, %v; want %s", name, got, c.Selected, err, want)
				}
			}
		}
		c.Selected = 0
		if _, err := c.Evaluate("$pauth_cmask = 1"); mask != 0 && (err == nil || !strings.Contains(err.Error(), "cannot be written")) {
			t.Errorf("a write ends with %v", err)
		}
	}
}
