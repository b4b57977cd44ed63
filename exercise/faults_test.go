package exercise_test

import (
	"context"
	"errors"
	"fmt"
	"testing"

	"rseqstep/exercise"
	"rseqstep/stepper"
	"rseqstep/stepper/faulttest"
	"rseqstep/stepper/tracee"
	"rseqstep/table/tabletest"
)

// Whichever request to the kernel fails during an exercise, the program is left as it was, and ends
// as it would have; or the exercise kills it and says so.
func TestAProgramSurvivesEachFailureOfItsExercise(t *testing.T) {
	tabletest.NeedPtrace(t)
	tabletest.NeedRseq(t)
	lib := tabletest.Build(t, tabletest.Fixture{Source: "libsec.c", Shape: tabletest.Shared, Opt: "-O2"})
	for _, p := range []struct {
		f    tabletest.Fixture
		args []string
		move bool
	}{
		{tabletest.Fixture{Source: "units.c", Opt: "-O2"}, []string{"100"}, false},
		{tabletest.Fixture{Source: "percpu.c", Opt: "-O2"}, []string{"3", "20", "5"}, false},
		{tabletest.Fixture{Source: "watch/unregistered.c", Opt: "-O2"}, nil, false},
		{tabletest.Fixture{Source: "dlmain.c"}, []string{lib}, false},
		{tabletest.Fixture{Source: "fork.c"}, nil, false},
		{tabletest.Fixture{Source: "percpu.c", Opt: "-O2"}, []string{"3", "20", "5"}, true},
		{tabletest.Fixture{Source: "made.c", Opt: "-O2"}, []string{"10000000"}, false},
	} {
		t.Run(fmt.Sprint(p.f, p.move), func(t *testing.T) {
			faulttest.Survives(t, tabletest.Build(t, p.f), p.args, exercised(exercise.Options{Times: 3, Migrate: p.move}), trials())
		})
	}
}

// trials is about how many requests of a program fail.
func trials() int {
	if tabletest.Thorough() {
		return 120
	}
	return 12
}

// exercised is faulttest.Observed for an exercise.
func exercised(o exercise.Options) func(context.Context, *stepper.Engine) (*tracee.ExitStatus, error) {
	return func(ctx context.Context, e *stepper.Engine) (*tracee.ExitStatus, error) {
		x := exercise.Start(e, o, &exercise.Coverage{})
		err := x.Run(ctx)
		seen, failed := x.Finish(false)
		if err = errors.Join(err, failed); !seen.Ended {
			return nil, err
		}
		return &seen.Status, err
	}
}
