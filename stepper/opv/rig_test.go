//go:build linux && (amd64 || arm64)

package opv_test

import (
	"errors"
	"fmt"
	"time"

	"rseqstep/stepper/machine"
	"rseqstep/stepper/opv"
	"rseqstep/stepper/tracee"
	"rseqstep/table"
	"rseqstep/table/tabletest"
)

// rig is a scratch process with a section in place, ready to be run.
type rig struct {
	c          *processor
	data, code *twin
	base       machine.Regs // registers that no state changes
	area       []byte       // XSAVE
}

func newRig(c *processor) (*rig, error) {
	g := &rig{c: c}
	var errs [4]error
	// The addresses are always the same, so that a seed gives the same state
	// again, and far from everything else: a jump reaches 2^31 bytes.
	g.data, errs[0] = newTwin(c, 0x10<<32, 2*reach)
	g.code, errs[1] = newTwin(c, 0x20<<32, 2*reach)
	errs[2] = c.p.Regs(c.tid, &g.base)
	g.area, errs[3] = c.p.XState(c.tid)
	return g, errors.Join(append(errs[:], c.p.Pin(c.tid))...)
}

// slots is the number of debug registers for addresses.
const slots = 4

// place puts a section's code into the process and sets hardware execution
// breakpoints at its exits, because the section might read an int3 in memory.
func (g *rig) place(body *machine.Body, code []byte) error {
	if len(body.Exits) > slots {
		return fmt.Errorf("%d exits, and %d debug registers", len(body.Exits), slots)
	}
	if err := g.code.put(body.Start, code); err != nil {
		return err
	}
	for n := range slots {
		kind, at := tracee.DebugOff, table.Addr(0)
		if n < len(body.Exits) {
			kind, at = tracee.DebugExecute, body.Exits[n].Addr
		}
		if err := g.c.p.SetDebug(g.c.tid, n, kind, at, 1); err != nil {
			return err
		}
	}
	return nil
}

// agree runs one state on the processor and its vector here. The error
// describes how they, or the interpreter, differ; undefined are flags that may
// differ.
func (g *rig) agree(w *world, from opv.State, p *opv.Plan, undefined uint64) error {
	twins := []*twin{g.data, g.code}
	places, err := lay(twins, p.Pass.Accesses)
	if err != nil {
		return err
	}
	got, err := g.run(from)
	if err != nil {
		return err
	}
	if what := difference(p.Exit, got, undefined); what != "" || p.ExitPC != got.PC() {
		return fmt.Errorf("%sexit %v, not %v", what, p.ExitPC, got.PC())
	}
	if failed, err := opv.Execute(p.Vector, p.Memory(w)); failed != 0 || err != nil {
		return fmt.Errorf("%v: operation %d failed, %w", p.Vector, failed, err)
	}
	for at, v := range w.written {
		for _, twin := range twins {
			copy(twin.part(at, 1), []byte{v})
		}
	}
	for _, at := range places {
		if err := at.w.compare(at.addr, at.n); err != nil {
			return err
		}
	}
	return nil
}

// run runs the section to an exit.
func (g *rig) run(from opv.State) (opv.State, error) {
	p, tid := g.c.p, g.c.tid
	if err := errors.Join(opv.StoreVectors(&from, g.area), p.SetXState(tid, g.area), p.SetRegs(tid, &from.Regs)); err != nil {
		return from, err
	}
	patience := tabletest.Patience(10 * time.Second)
	ev, err := p.Run(tid, 0, patience)
	if err != nil {
		return from, err
	}
	var after opv.State
	if err := p.Regs(tid, &after.Regs); err != nil {
		return after, err
	}
	if ev.Kind != tracee.EventDebug {
		return after, fmt.Errorf("at %v it stopped with %+v", after.PC(), ev)
	}
	if g.area, err = p.XState(tid); err != nil {
		return after, err
	}
	err = opv.LoadVectors(&after, g.area)
	return after, err
}
