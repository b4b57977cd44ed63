package stepper_test

import (
	"testing"

	"rseqstep/stepper"
	"rseqstep/table/tabletest"
)

// A program that never ends does not keep a test waiting.
func TestAHangingCommandIsInterrupted(t *testing.T) {
	p := start(t, tabletest.Fixture{Source: "wrongloop.c", Opt: "-O2"}, "-1")
	p.Policy().Stuck, p.Policy().StuckLimit = stepper.StuckIgnored, 1<<30
	end := interrupts(p.Engine, 0)
	defer end()
	for range 3 {
		stop := p.cont()
		p.wantReason(stop, stepper.StopInterrupt)
	}
}
