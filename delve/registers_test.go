package delve

import (
	"maps"
	"strings"
	"testing"

	"rseqstep/table/tabletest"
)

// x87 shows the x87 registers as Delve's own backend does, again and again:
// from the fourth time on they are sent ahead.
func x87(t *testing.T, w way) {
	tabletest.OnlyOn(t, "amd64", "x87 registers")
	native := way{name: "native", command: []string{tabletest.Dlv(t), "--backend=native"}}
	want := x87At(t, native, 0)
	if len(want) != 8 || !strings.HasPrefix(want["ST(0)"], "0x4000c90fdaa22168c2") { // pi: exponent 1, fraction pi/4
		t.Fatalf("Delve's own backend shows %v", want)
	}
	for _, steps := range []int{0, 6} {
		if got := x87At(t, w, steps); !maps.Equal(got, want) {
			t.Errorf("after %d instructions before: %v, want %v", steps, got, want)
		}
	}
}

// x87At are the x87 registers where the fixture has loaded them, after some
// steps by instruction at main's beginning.
func x87At(t *testing.T, w way, steps int) map[string]string {
	t.Helper()
	d := w.start(t, "exec", program(t, "gox87"))
	d.breakAt("main.main")
	d.proceed()
	for range steps {
		if _, err := d.StepInstruction(false); err != nil {
			t.Fatal(err)
		}
	}
	d.breakAt("load_amd64.s:10")
	s := d.proceed()
	if place(s) != "load_amd64.s:10" {
		t.Fatalf("stopped at %s", place(s))
	}
	regs, err := d.ListThreadRegisters(s.CurrentThread.ID, true)
	if err != nil {
		t.Fatal(err)
	}
	out := map[string]string{}
	for _, r := range regs {
		if strings.HasPrefix(r.Name, "ST(") {
			out[r.Name] = strings.Fields(r.Value)[0]
		}
	}
	if err := d.Detach(true); err != nil {
		t.Fatal(err)
	}
	d.wait()
	return out
}
