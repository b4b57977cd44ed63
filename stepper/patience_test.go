package stepper_test

import (
	"testing"
	"time"

	"rseqstep/stepper"
	"rseqstep/table/tabletest"
)

// A program that never ends does not block a test.
func TestAHangingCommandIsInterrupted(t *testing.T) {
	p := start(t, tabletest.Fixture{Source: "wrongloop.c", Opt: "-O2"}, "-1")
	p.Policy().Stuck, p.Policy().StuckLimit = stepper.StuckIgnored, 1<<30
	for range 3 {
		end := p.interruptAfter(50 * time.Millisecond)
		p.wantReason(p.cont(), stepper.StopInterrupt)
		end()
	}
}
