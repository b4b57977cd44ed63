package stepper_test

import (
	"syscall"
	"testing"

	"rseqstep/stepper"
	"rseqstep/table/tabletest"
)

// The next command reports the end of a process that was killed between two commands, also if
// the debugger has noticed it meanwhile.
func TestTheNextCommandReportsAProcessKilledBetweenCommands(t *testing.T) {
	p := start(t, tabletest.Fixture{Source: "units.c"}, "5")
	if err := syscall.Kill(p.process.PID(), syscall.SIGKILL); err != nil {
		t.Fatal(err)
	}
	for p.process.Alive() { // as any request does that waits for the threads
		if _, err := p.process.SignalMask(p.Thread()); err != nil {
			_ = p.process.Hold()
		}
	}
	stop := p.cont()
	if stop.Reason != stepper.StopKilled || stop.Status.Signal != int(syscall.SIGKILL) {
		t.Error(p.describe(stop))
	}
	if _, err := p.Continue(t.Context()); err == nil {
		t.Error("a command begins in a process whose end was reported")
	}
}
