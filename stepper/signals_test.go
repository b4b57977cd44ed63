package stepper_test

import (
	"syscall"
	"testing"
	"time"

	"rseqstep/stepper"
	"rseqstep/table/tabletest"
)

// handle sets a signal's disposition.
func (p *program) handle(sig syscall.Signal, d stepper.Disposition) {
	p.t.Helper()
	if err := p.Signals().Set(int(sig), d); err != nil {
		p.t.Fatal(err)
	}
}

// Handlers run to their end inside a step, which ends in the frame where it began.
func TestHandlersOfPassedSignalsRunDuringSteps(t *testing.T) {
	for _, command := range []string{"next", "step", "stepi"} {
		t.Run(command, func(t *testing.T) {
			p := start(t, tabletest.Fixture{Source: "sig.c"})
			for _, sig := range []syscall.Signal{syscall.SIGUSR1, syscall.SIGUSR2, syscall.SIGALRM} {
				p.handle(sig, stepper.Disposition{Pass: true})
			}
			for n := 0; ; n++ {
				stop := p.do(command)
				p.wantReason(stop, stepper.StopStep)
				at := p.where(stop)
				if at == "main:34" {
					break
				}
				if at == "on_usr1:13" || at == "on_alarm:19" {
					t.Fatalf("%s ended in a handler: %s", command, p.describe(stop))
				}
				if n > 20000 {
					t.Fatalf("20,000 times %s, and the signals are not over: %s", command, p.describe(stop))
				}
			}
			p.wantExit(0)
			p.wantPrinted("usr1 3 alarms enough\n")
		})
	}
}

// next ends in spite of a timer that expires all the time.
func TestNextUnderATimerEnds(t *testing.T) {
	p := launch(t, tabletest.Fixture{Source: "sig.c"})
	p.handle(syscall.SIGUSR1, stepper.Disposition{Pass: true})
	p.handle(syscall.SIGUSR2, stepper.Disposition{Pass: true})
	p.runTo("sig.c:35")
	for n := 0; p.where(p.next()) != "main:37"; n++ {
		if n > 100000 {
			t.Fatal("100,000 times next, and five alarms have not come")
		}
	}
	p.wantExit(0)
}

func TestSignalsStopAndPassAsTheTableSays(t *testing.T) {
	for _, c := range []struct {
		pass bool
		exit int
	}{{true, 0}, {false, 1}} {
		p := start(t, tabletest.Fixture{Source: "sig.c"})
		p.handle(syscall.SIGUSR1, stepper.Disposition{Stop: true, Pass: c.pass})
		p.handle(syscall.SIGUSR2, stepper.Disposition{Pass: true})
		for range 3 {
			stop := p.cont()
			p.wantReason(stop, stepper.StopSignal)
			if stop.Signal != int(syscall.SIGUSR1) {
				t.Errorf("signal %d", stop.Signal)
			}
		}
		p.wantExit(c.exit)
	}
}

// gdb's "signal 0": the signal that the stop has shown is discarded.
func TestAPassedSignalCanBeDropped(t *testing.T) {
	p := start(t, tabletest.Fixture{Source: "sig.c"})
	p.handle(syscall.SIGUSR2, stepper.Disposition{Pass: true})
	stop := p.cont()
	p.wantReason(stop, stepper.StopSignal)
	if err := p.PassSignal(stop.TID, 0); err != nil {
		t.Fatal(err)
	}
	for range 2 {
		p.wantReason(p.cont(), stepper.StopSignal)
	}
	p.wantExit(1)
	p.wantPrinted("usr1 2 alarms enough\n")
}

func TestACrashStopsAtTheFaultingLine(t *testing.T) {
	for _, command := range []string{"continue", "next", "step", "stepi"} {
		p := start(t, tabletest.Fixture{Source: "crash.c"})
		var stop stepper.Stop
		for n := 0; stop.Reason == 0 || stop.Reason == stepper.StopStep; n++ {
			if stop = p.do(command); n > 20000 {
				t.Fatalf("%s: the program does not crash", command)
			}
		}
		p.wantReason(stop, stepper.StopSignal)
		p.wantLine(stop, "store:9")
		if stop.Signal != int(syscall.SIGSEGV) {
			t.Errorf("%s: signal %d", command, stop.Signal)
		}
		stop = p.cont()
		p.wantReason(stop, stepper.StopKilled)
		if stop.Signal != int(syscall.SIGSEGV) {
			t.Errorf("%s: killed by %d", command, stop.Signal)
		}
	}
}

func TestInterruptStopsTheProgramNotTheDebugger(t *testing.T) {
	commands := map[string]func(p *program) (stepper.Stop, error){
		"continue": func(p *program) (stepper.Stop, error) { return p.Continue(p.ctx) },
		"stepi":    func(p *program) (stepper.Stop, error) { return p.StepInstruction(p.ctx, 100_000_000) },
		"nexti":    func(p *program) (stepper.Stop, error) { return p.NextInstruction(p.ctx, 100_000_000) },
		"next":     func(p *program) (stepper.Stop, error) { return p.Next(p.ctx, 100_000_000) },
	}
	for name, command := range commands {
		t.Run(name, func(t *testing.T) {
			p := launch(t, tabletest.Fixture{Source: "units.c", Opt: "-O2"}, "1000000000")
			p.runTo("units.c:14")
			end := p.interruptAfter(50 * time.Millisecond)
			stop, err := command(p)
			end()
			if err != nil {
				t.Fatal(err)
			}
			p.wantReason(stop, stepper.StopInterrupt)
			p.wantReason(p.stepi(100), stepper.StopStep)
			inMain := false
			frames, err := p.Frames(p.Thread(), 10)
			for _, f := range frames {
				inMain = inMain || f.Function == "main"
			}
			if !inMain || err != nil {
				t.Errorf("frames %v, %v", frames, err)
			}
		})
	}
}

func TestInterruptStopsEveryThread(t *testing.T) {
	p := launch(t, tabletest.Fixture{Source: "percpu.c", Opt: "-O2"}, "8", "100", "100000000")
	p.runTo("stepped")
	defer p.interruptAfter(50 * time.Millisecond)()
	p.wantReason(p.cont(), stepper.StopInterrupt)
	threads := p.Threads()
	if len(threads) < 2 {
		t.Fatalf("threads: %+v", threads)
	}
	for _, th := range threads {
		if th.PC == 0 || !p.process.Held(th.TID) {
			t.Errorf("thread %+v is not held", th)
		}
	}
}
