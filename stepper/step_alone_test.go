package stepper_test

import (
	"syscall"
	"testing"

	"rseqstep/stepper"
	"rseqstep/stepper/steptest"
	"rseqstep/stepper/tracee"
	"rseqstep/table"
	"rseqstep/table/tabletest"
)

// A step alone executes its instruction and nothing of a handler, whatever signals are pending.
// They are delivered afterwards, each as often and with the siginfo_t that it was sent with.
func TestAStepAloneKeepsSignalsForAfterwards(t *testing.T) {
	for _, row := range []struct {
		name    string
		from    string
		to      string
		signals []syscall.Signal
		printed string
	}{
		{"one", "plain", "call", []syscall.Signal{10}, "10: 1, 1 named\n23: 0, 0 named\n34: 0, 0 named\n"},
		{"three", "plain", "call", []syscall.Signal{23, 10, 34}, "10: 1, 1 named\n23: 1, 1 named\n34: 1, 1 named\n"},
		{"queued", "plain", "call", []syscall.Signal{34, 34, 23, 34}, "10: 0, 0 named\n23: 1, 1 named\n34: 3, 3 named\n"},
		{"call", "call", "called", []syscall.Signal{23}, "10: 0, 0 named\n23: 1, 1 named\n34: 0, 0 named\n"},
	} {
		t.Run(row.name, func(t *testing.T) {
			p := start(t, tabletest.Fixture{Source: "kept.c"}, string('0'+rune(len(row.signals))))
			for _, sig := range row.signals {
				p.handle(sig, stepper.Disposition{Pass: true})
			}
			from := p.address(row.from)
			b := p.add(stepper.BreakpointSpec{Location: row.from, Addrs: []table.Addr{from}})
			at := p.cont()
			p.wantReason(at, stepper.StopBreakpoint)
			if err := p.DeleteBreakpoint(b.Number); err != nil {
				t.Fatal(err)
			}
			for _, sig := range row.signals {
				if err := syscall.Tgkill(p.process.PID(), at.TID, sig); err != nil {
					t.Fatal(err)
				}
			}
			stop, err := p.StepAlone(p.ctx)
			if err != nil {
				t.Fatal(err)
			}
			p.wantReason(stop, stepper.StopStep)
			if want := p.address(row.to); stop.PC != want {
				t.Errorf("the step ended at %s, not at %s", p.describe(stop), row.to)
			}
			p.wantExit(0)
			p.wantPrinted(row.printed)
		})
	}
}

// The instruction's own fault begins its handler: a deferred fault would repeat for ever, and a
// blocked one would make the kernel kill the program.
func TestAStepAloneOfAFaultBeginsTheHandler(t *testing.T) {
	p := start(t, tabletest.Fixture{Source: "deliver.c", Shape: tabletest.NoPIE}, "fault")
	p.wantReason(p.cont(), stepper.StopSignal)
	if err := p.PassSignal(p.Thread(), 0); err != nil {
		t.Fatal(err)
	}
	p.handle(syscall.SIGILL, stepper.Disposition{Pass: true})
	stop, err := p.StepAlone(p.ctx)
	if err != nil {
		t.Fatal(err)
	}
	p.wantReason(stop, stepper.StopStep)
	if f, _ := p.Symbols().Function(stop.PC); f.Name != "skip" || stop.PC != f.Entry {
		t.Errorf("%s, not at the first instruction of skip", p.describe(stop))
	}
	p.wantExit(0)
}

// If the tracer took a signal before the step began, it sends the signal back to the kernel
// while the thread blocks it, so that the signal stays pending: the thread's mask does not
// change.
func TestAStepAloneGivesATakenSignalBack(t *testing.T) {
	e, target := scripted(t, lea)
	if err := e.Signals().Set(10, stepper.Disposition{Pass: true}); err != nil {
		t.Fatal(err)
	}
	target.Thread(1).Mask = 1 << 20
	blocked := func(then func(*steptest.Target) (tracee.Event, error)) func(*steptest.Target) (tracee.Event, error) {
		return func(s *steptest.Target) (tracee.Event, error) {
			if s.Thread(1).Mask>>(10-1)&1 == 0 || s.Thread(1).Mask>>(11-1)&1 != 0 {
				t.Errorf("blocked: %#x", s.Thread(1).Mask)
			}
			return then(s)
		}
	}
	target.Expect(
		steptest.Call{Name: "step 1", Do: blocked(steptest.Answer(tracee.Event{Kind: tracee.EventSignal, TID: 1, Signal: 10}))},
		steptest.Call{Name: "step 1 10", Do: blocked(steptest.Stepped(1, arm))},
	)
	stop, err := e.StepAlone(t.Context())
	if err != nil || stop.Reason != stepper.StopStep || stop.PC != arm {
		t.Errorf("%+v, %v", stop, err)
	}
	if target.Thread(1).Mask != 1<<20 {
		t.Errorf("the thread's mask is %#x", target.Thread(1).Mask)
	}
}
