package stepper

import (
	"testing"

	"rseqstep/stepper/drive"
	"rseqstep/stepper/tracee"
)

// living is a target whose threads the Engine does not know.
type living struct{ tracee.Target }

func (living) Alive() bool { return true }

// Only applies to the next command, even if that command cannot begin: the command after it
// runs every thread.
func TestOnlyIsForOneCommandThatCannotBegin(t *testing.T) {
	e := &Engine{target: living{}}
	e.drive = drive.New(e.target, nil, &mind{Engine: e})
	e.Only(7)
	if _, err := e.StepAlone(t.Context()); err == nil {
		t.Fatal("a command without a thread began")
	}
	if e.drive.BeginOnly(); !e.drive.MayRun(8) {
		t.Error("the next command holds a thread that it was not asked to hold")
	}
}
