package drive_test

import (
	"context"
	"testing"
	"testing/synctest"
	"time"

	"rseqstep/stepper/drive"
	"rseqstep/stepper/ledger"
	"rseqstep/stepper/steptest"
)

// asked counts the interrupts of a target.
type asked struct {
	*steptest.Target
	times int
}

func (a *asked) Interrupt() { a.times++ }

// The thread of one short move waits in the kernel; those of other threads come one after the other.
// A request to stop waits for the newest, and is made again when it ends.
func TestARequestWaitsForTheNewestShortMoveOnly(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s, th := begin(t, 2)
		target := &asked{Target: s.target}
		d := drive.New(target, ledger.New(target), s)
		ctx, cancel := context.WithCancel(t.Context())
		if !d.Begin(ctx) {
			t.Fatal("the command has not begun")
		}
		blocked := d.Defer()
		time.Sleep(3 * time.Second)
		cancel()
		synctest.Wait()
		for n := range 3 {
			end := d.Defer()
			time.Sleep(time.Millisecond)
			if a := d.Interrupted(th); !a.GoesOn() {
				t.Fatalf("move %d is cut short", n)
			}
			before := target.times
			if end(); target.times == before {
				t.Errorf("the end of move %d does not ask again", n)
			}
		}
		if a := d.Interrupted(th); a.GoesOn() {
			t.Error("the command does not end while a thread waits in the kernel")
		}
		blocked()
		d.End()
	})
}
