package stepper_test

import (
	"encoding/binary"
	"fmt"
	"testing"

	"rseqstep/stepper"
	"rseqstep/table"
	"rseqstep/table/tabletest"
)

// aborts reads the program's own count of its aborts.
func (p *program) aborts() uint64 {
	p.t.Helper()
	var b [8]byte
	if n, err := p.process.ReadMemory(p.address("aborts"), b[:]); n < len(b) {
		p.t.Fatal(err)
	}
	return binary.LittleEndian.Uint64(b[:])
}

// A section may contain its own arming store. If a loop inside leads back there, the section is
// armed, and the kernel would restart a thread that resumes there after each stop.
func TestStopsAtAnArmingStoreInsideDoNotAbort(t *testing.T) {
	const rounds = 200
	for _, source := range []string{"armfirst", "armloop"} {
		for name, spec := range map[string]func(p *program) stepper.BreakpointSpec{
			"store": func(p *program) stepper.BreakpointSpec {
				return stepper.BreakpointSpec{Addrs: []table.Addr{p.Image().Sections()[0].Start}}
			},
			"hardware": func(p *program) stepper.BreakpointSpec {
				return stepper.BreakpointSpec{Kind: stepper.BreakHardware, Addrs: []table.Addr{p.Image().Sections()[0].Start}}
			},
			"commit": func(p *program) stepper.BreakpointSpec {
				return stepper.BreakpointSpec{Addrs: []table.Addr{p.address("commit")}}
			},
			"another thread": func(p *program) stepper.BreakpointSpec {
				return stepper.BreakpointSpec{Addrs: []table.Addr{p.address("commit")}, Thread: p.Threads()[0].TID}
			},
		} {
			t.Run(source+"-"+name, func(t *testing.T) {
				p := launch(t, tabletest.Fixture{Source: "sections/" + source + ".c", Opt: "-O2"}, fmt.Sprint(rounds), "1")
				p.runTo("work")
				want := rounds
				switch {
				case name == "another thread":
					want = 0
				case source == "armloop" && name != "commit":
					want = 2 * rounds
				}
				b := p.add(spec(p))
				stop := p.cont()
				for ; stop.Reason == stepper.StopBreakpoint; stop = p.cont() {
					if n := p.aborts(); n > rounds/10 { // the kernel's own preemption may cause a few
						t.Fatalf("%d aborts after %d stops", n, b.Hits)
					}
				}
				if stop.Reason != stepper.StopExited || stop.Status.Code != 0 || b.Hits < want || b.Hits > want+rounds/10*2 {
					t.Errorf("%d stops, not %d, then %s", b.Hits, want, p.describe(stop))
				}
				p.wantPrinted("sum 200 of 200\n")
			})
		}
	}
}
