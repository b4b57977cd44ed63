package signals_test

import (
	"strings"
	"syscall"
	"testing"

	"golang.org/x/sys/unix"

	"rseqstep/stepper/signals"
)

// Names agree with those of the system on which the test runs.
func TestNamesAreLinuxs(t *testing.T) {
	for n := 1; n < 32; n++ {
		if got, want := signals.Name(n), unix.SignalName(syscall.Signal(n)); got != want || signals.Text(n) == "" {
			t.Errorf("%d: %s, %q; want %s", n, got, signals.Text(n), want)
		}
	}
	for _, n := range []int{0, 34, signals.Last} {
		if got := signals.Name(n) + signals.Text(n); !strings.HasPrefix(got, "SIG") || !strings.Contains(got, "Real-time event") {
			t.Errorf("%d: %s", n, got)
		}
	}
}

func TestTableOfDispositions(t *testing.T) {
	table := signals.NewTable()
	for sig, want := range map[int]signals.Disposition{
		int(syscall.SIGUSR1): {Stop: true, Print: true, Pass: true},
		int(syscall.SIGTRAP): {Stop: true, Print: true},
		int(syscall.SIGALRM): {Pass: true},
		signals.Last:         {Stop: true, Print: true, Pass: true},
		signals.Last + 1:     {Stop: true, Print: true, Pass: true},
		-1:                   {Stop: true, Print: true, Pass: true},
	} {
		if got := table.Of(sig); got != want {
			t.Errorf("signal %d: %+v, want %+v", sig, got, want)
		}
	}
	if err := table.Set(10, signals.Disposition{Stop: true}); err != nil || table.Of(10) != (signals.Disposition{Stop: true, Print: true}) {
		t.Errorf("stop implies print: %+v, %v", table.Of(10), err)
	}
	for _, sig := range []int{0, -1, signals.Last + 1} {
		if table.Set(sig, signals.Disposition{}) == nil {
			t.Errorf("signal %d is set", sig)
		}
	}
}
