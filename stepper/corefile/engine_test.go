package corefile

import (
	"errors"
	"reflect"
	"testing"

	"rseqstep/stepper"
	"rseqstep/stepper/machine/amd64"
	"rseqstep/stepper/symbols"
	"rseqstep/stepper/tracee"
	"rseqstep/table"
)

// Every command of the Engine that would move or change a core's process returns an error
// and leaves the shown state unchanged.
func TestTheEngineCannotMoveACore(t *testing.T) {
	p := mustOpen(t, sample().bytes(), "")
	set := symbols.New(symbols.Options{})
	p.FindSymbols(set.Address)
	e, err := stepper.New(tracee.Still(p), set, p.Modules, stepper.DefaultPolicy())
	if err != nil {
		t.Fatal(err)
	}
	before := e.Threads()
	if len(before) != 2 || before[0].PC != 0x401000 || !before[0].Rseq.Unknown || e.Thread() != 100 {
		t.Fatalf("threads %+v, selected %d", before, e.Thread())
	}
	stops := func(f func() (stepper.Stop, error)) func() error {
		return func() error { _, err := f(); return err }
	}
	regs, _ := e.Regs(100)
	regs.W[amd64.RAX]++
	for name, do := range map[string]func() error{
		"step":     stops(func() (stepper.Stop, error) { return e.Step(t.Context(), 1) }),
		"next":     stops(func() (stepper.Stop, error) { return e.Next(t.Context(), 1) }),
		"stepi":    stops(func() (stepper.Stop, error) { return e.StepInstruction(t.Context(), 1) }),
		"nexti":    stops(func() (stepper.Stop, error) { return e.NextInstruction(t.Context(), 1) }),
		"continue": stops(func() (stepper.Stop, error) { return e.Continue(t.Context()) }),
		"kill":     e.Kill,
		"detach":   e.Detach,
		"set $rax": func() error { return e.SetRegs(100, regs) },
		"set var":  func() error { _, err := e.WriteMemory(0x7000, []byte{1}); return err },
		"break": func() error {
			_, err := e.AddBreakpoint(stepper.BreakpointSpec{Addrs: []table.Addr{before[0].PC}})
			return err
		},
	} {
		bounds := name == "step" || name == "next" // without symbols they fail earlier
		if err := do(); err == nil || !bounds && !errors.Is(err, tracee.ErrNoMotion) {
			t.Errorf("%s: %v", name, err)
		}
		if now := e.Threads(); !reflect.DeepEqual(now, before) || e.Thread() != 100 {
			t.Errorf("%s: threads %+v, selected %d", name, now, e.Thread())
		}
	}
}
