package stepper_test

import (
	"slices"
	"testing"

	"rseqstep/stepper"
	"rseqstep/stepper/ptrace"
	"rseqstep/stepper/tracee"
	"rseqstep/table"
	"rseqstep/table/tabletest"
)

// insertions counts the breakpoints that the Engine inserts into a process.
type insertions struct {
	*ptrace.Process
	at []table.Addr
}

func (i *insertions) Insert(a table.Addr) error {
	i.at = append(i.at, a)
	return i.Process.Insert(a)
}

// A continue without breakpoints leaves nothing in the program, so that the program survives a
// debugger that is killed. A client's catchpoints for forks and for exec do not change that.
func TestAClientsCatchpointsPutNothingIntoTheProgram(t *testing.T) {
	var in *insertions
	p := launchAs(t, func(q *ptrace.Process) tracee.Target { in = &insertions{Process: q}; return in }, []string{}, tabletest.Build(t, tabletest.Fixture{Source: "fork.c"}))
	kinds := []stepper.BreakpointKind{stepper.CatchFork, stepper.CatchVfork, stepper.CatchVforkDone, stepper.CatchExec}
	var numbers []int
	for _, k := range kinds {
		numbers = append(numbers, p.add(stepper.BreakpointSpec{Kind: k, Nameless: true}).Number)
	}
	for i, want := range []stepper.Reason{stepper.StopFork, stepper.StopVfork, stepper.StopVforkDone} {
		stop := p.cont()
		p.wantReason(stop, want)
		if !slices.Equal(stop.Breakpoints, numbers[i:i+1]) {
			t.Errorf("%s, not for catchpoint %d", p.describe(stop), numbers[i])
		}
	}
	p.wantExit(0)
	if len(in.at) > 0 {
		t.Errorf("breakpoints were inserted at %v", in.at)
	}
	p.wantPrinted("forked 5 vforked 6 v 1\n")
}
