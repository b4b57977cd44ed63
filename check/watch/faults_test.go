package watch_test

import (
	"context"
	"errors"
	"testing"

	"rseqstep/check/watch"
	"rseqstep/stepper"
	"rseqstep/stepper/faulttest"
	"rseqstep/stepper/tracee"
	"rseqstep/table/tabletest"
)

// Whichever request to the kernel fails during a watch, the program is left as it was, and ends as
// it would have; or the watch kills it and says so.
func TestAProgramSurvivesEachFailureOfItsWatch(t *testing.T) {
	tabletest.NeedPtrace(t)
	tabletest.NeedRseq(t)
	lib := tabletest.Build(t, tabletest.Fixture{Source: "libsec.c", Shape: tabletest.Shared, Opt: "-O2"})
	for _, p := range []struct {
		f    tabletest.Fixture
		args []string
	}{
		{tabletest.Fixture{Source: "watch/writes.c"}, []string{"100"}},
		{tabletest.Fixture{Source: "watch/size-good.c"}, nil},
		{tabletest.Fixture{Source: "dlmain.c"}, []string{lib}},
		{tabletest.Fixture{Source: "fork.c"}, nil},
	} {
		t.Run(p.f.String(), func(t *testing.T) {
			faulttest.Survives(t, tabletest.Build(t, p.f), p.args, underWatch, trials())
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

// underWatch is faulttest.Observed.
func underWatch(ctx context.Context, e *stepper.Engine) (*tracee.ExitStatus, error) {
	w := watch.Start(e, watch.DefaultLimits())
	_, err := w.Run(ctx)
	seen, failed := w.Finish()
	if err = errors.Join(err, failed); !seen.Ended {
		return nil, err
	}
	return &seen.Status, err
}
