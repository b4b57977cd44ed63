package watch_test

import (
	"os/exec"
	"slices"
	"testing"
	"time"

	"rseqstep/check"
	"rseqstep/table/tabletest"
)

// A running program is watched from the attach on. A place that writes all the time is counted up
// to a limit, so that the program gets on; and it runs untraced afterwards.
func TestWritesOfARunningProgramAreFound(t *testing.T) {
	f := tabletest.Fixture{Source: "watch/writes.c", Opt: "-O2"}
	cmd := exec.Command(tabletest.Build(t, f), "1000000000000")
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	defer func() {
		_ = cmd.Process.Kill() // it never ends by itself
		_ = cmd.Wait()
	}()
	w := attach(t, cmd.Process.Pid)
	seen := w.run(3 * time.Second)
	r := judged(seen)
	compare(t, r, f.Source, possible(seen, marks(t, f.Source)))
	if !slices.ContainsFunc(r.Findings, func(f check.Finding) bool { return f.Count > 10 }) {
		t.Errorf("%s", text(t, r))
	}
	if seen.Ended || w.process.Alive() {
		t.Errorf("%+v", seen.Status)
	}
}
