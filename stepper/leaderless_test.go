package stepper_test

import (
	"context"
	"fmt"
	"os"
	"strings"
	"testing"
	"time"

	"rseqstep/stepper"
	"rseqstep/table/tabletest"
)

// A command that is interrupted when the selected thread, the leader, has ended stops in another one, and
// so does the next command.
func TestAnInterruptedCommandStopsInAThreadThatLives(t *testing.T) {
	p := launch(t, tabletest.Fixture{Source: "leaderless.c"})
	leader := p.Thread()
	for range 2 {
		ctx, cancel := context.WithCancel(p.ctx)
		go func() {
			defer cancel()
			for ctx.Err() == nil {
				b, err := os.ReadFile(fmt.Sprintf("/proc/%d/stat", leader))
				if err != nil || strings.Contains(string(b), ") Z ") {
					return
				}
				time.Sleep(time.Millisecond)
			}
		}()
		stop, err := p.Continue(ctx)
		cancel()
		if err != nil || stop.Reason != stepper.StopInterrupt || stop.TID == leader || stop.TID != p.Thread() {
			t.Fatalf("%s, %v", p.describe(stop), err)
		}
	}
}
