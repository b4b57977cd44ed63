package stepper_test

import (
	"context"
	"errors"
	"slices"
	"strings"
	"syscall"
	"testing"

	"rseqstep/stepper"
	"rseqstep/stepper/machine/amd64"
	"rseqstep/stepper/steptest"
	"rseqstep/stepper/tracee"
	"rseqstep/table"
)

// An arming store runs natively and is never stepped; each exit decides the unit's result.
func TestArmingStoresAreRunToAnExit(t *testing.T) {
	for name, c := range map[string]struct {
		exit   table.Addr
		result stepper.Result
	}{
		"post-commit": {commit, stepper.Committed},
		"side exit":   {sideD, stepper.SideExit},
		"abort":       {abort, stepper.Aborted},
	} {
		t.Run(name, func(t *testing.T) {
			e, target := scripted(t, arm)
			target.Expect(steptest.Call{Name: "run 1", Do: steptest.Reach(1, c.exit)})
			stop, err := e.StepInstruction(t.Context(), 1)
			if err != nil {
				t.Fatal(err)
			}
			one(t, stop, stepper.StopStep, c.result)
			if stop.PC != c.exit || stop.Units[0].Exit != c.exit || stop.Units[0].CPU != 1 {
				t.Errorf("%+v", stop)
			}
			clean(t, target, 0)
		})
	}
}

// Four exits get debug registers, which write nothing to the program's text; the other exits
// get int3, and so do those for which the user leaves no register.
func TestExitsTakeDebugRegistersFirst(t *testing.T) {
	for _, taken := range []int{0, 1, 4} {
		e, target := scripted(t, arm)
		for i := range taken {
			spec := stepper.BreakpointSpec{Kind: stepper.WatchWrite, Watch: data + table.Addr(8*i), WatchLength: 8}
			if _, err := e.AddBreakpoint(spec); err != nil {
				t.Fatal(err)
			}
		}
		target.Expect(steptest.Call{Name: "run 1", Do: func(s *steptest.Target) (tracee.Event, error) {
			if got := len(s.Planted()); got != 2+taken || s.Thread(1).Traps() != 4 {
				t.Errorf("%d registers are the user's: %d int3 are planted, %d registers in use", taken, got, s.Thread(1).Traps())
			}
			return steptest.Reach(1, commit)(s)
		}})
		stop, err := e.StepInstruction(t.Context(), 1)
		if err != nil {
			t.Fatal(err)
		}
		one(t, stop, stepper.StopStep, stepper.Committed)
		if len(target.Planted()) != 0 || target.Thread(1).Traps() != taken {
			t.Errorf("left behind: %v, %+v", target.Planted(), target.Thread(1).Debug)
		}
	}
}

// A store of 0 disarms: there is no section to run.
func TestADisarmingStoreIsStepped(t *testing.T) {
	e, target := scripted(t, arm)
	target.Thread(1).Regs.W[amd64.RAX] = 0
	target.Expect(steptest.Call{Name: "step 1", Do: steptest.Stepped(1, begin)})
	stop, err := e.StepInstruction(t.Context(), 1)
	if err != nil || len(stop.Units) != 0 || stop.PC != begin {
		t.Errorf("%+v, %v", stop, err)
	}
}

// If the debugger attaches in the middle of a section, the kernel restarts the section.
func TestALiveSectionIsMetAtItsAbortHandler(t *testing.T) {
	e, target := scripted(t, begin+4)
	target.Code(area+8, 0x00, 0x20, 0x40) // rseq_cs: the descriptor's address
	target.Expect(steptest.Call{Name: "run 1", Do: steptest.Reach(1, abort)})
	stop, err := e.StepInstruction(t.Context(), 1)
	if err != nil {
		t.Fatal(err)
	}
	one(t, stop, stepper.StopStep, stepper.Restarts)
	clean(t, target, 0)
}

func TestASignalInTheMiddleOfAUnitIsPassedOn(t *testing.T) {
	e, target := scripted(t, arm)
	if err := e.Signals().Set(int(syscall.SIGBUS), stepper.Disposition{Pass: true}); err != nil {
		t.Fatal(err)
	}
	target.Expect(
		steptest.Call{Name: "run 1", Do: steptest.Answer(tracee.Event{Kind: tracee.EventSignal, TID: 1, Signal: 7})},
		steptest.Call{Name: "run 1 7", Do: steptest.Reach(1, abort)},
	)
	stop, err := e.StepInstruction(t.Context(), 1)
	if err != nil {
		t.Fatal(err)
	}
	one(t, stop, stepper.StopStep, stepper.Aborted)
	clean(t, target, 0)
}

func TestAStoppingSignalInTheMiddleOfAUnitDivertsIt(t *testing.T) {
	e, target := scripted(t, arm)
	target.Expect(steptest.Call{Name: "run 1", Do: steptest.Answer(tracee.Event{Kind: tracee.EventSignal, TID: 1, Signal: 11})})
	stop, err := e.StepInstruction(t.Context(), 1)
	if err != nil || stop.Signal != 11 {
		t.Fatalf("%+v, %v", stop, err)
	}
	one(t, stop, stepper.StopSignal, stepper.Diverted)
	clean(t, target, 0)
}

// A thread that has vanished is a Stop, not an error.
func TestAThreadThatVanishesIsAStop(t *testing.T) {
	for _, at := range []table.Addr{arm, commit} {
		verb := map[table.Addr]string{arm: "run 2", commit: "step 2"}[at]
		e, target := scripted(t, lea, &steptest.Thread{TID: 2})
		target.Thread(2).Regs = target.Thread(1).Regs
		target.Thread(2).Rseq = target.Thread(1).Rseq
		target.Thread(2).Regs.W[amd64.RIP] = uint64(at)
		if err := e.SelectThread(2); err != nil {
			t.Fatal(err)
		}
		target.Expect(
			steptest.Call{Name: verb, Do: steptest.Vanished(2)},
			steptest.Call{Name: "wait", Do: steptest.Answer(tracee.Event{Kind: tracee.EventExit, TID: 2})},
		)
		stop, err := e.StepInstruction(t.Context(), 1)
		if err != nil || stop.Reason != stepper.StopThreadExited || stop.Gone != 2 || e.Thread() != 1 {
			t.Errorf("%+v, %v", stop, err)
		}
		clean(t, target, 0)
	}
}

// exit_group also ends the held threads, before they report their exits.
func TestTheProcessesEndOvertakesAThreads(t *testing.T) {
	e, target := scripted(t, lea, &steptest.Thread{TID: 2})
	target.Thread(2).Regs.W[amd64.RIP] = uint64(call)
	if err := e.SelectThread(2); err != nil {
		t.Fatal(err)
	}
	exited := tracee.Event{Kind: tracee.EventProcessExit, TID: 1, Status: tracee.ExitStatus{Code: 3}}
	target.Expect(
		steptest.Call{Name: "step 2", Do: func(s *steptest.Target) (tracee.Event, error) {
			s.Thread(1).Dying = true
			return steptest.Answer(tracee.Event{Kind: tracee.EventExit, TID: 2})(s)
		}},
		steptest.Call{Name: "wait", Do: steptest.Answer(exited)},
	)
	stop, err := e.StepInstruction(t.Context(), 1)
	if err != nil || stop.Reason != stepper.StopExited || stop.Status.Code != 3 {
		t.Errorf("%+v, %v", stop, err)
	}
}

// A system call that creates a thread causes two events; the new thread stays held.
func TestACloneInAStepIsAdopted(t *testing.T) {
	e, target := scripted(t, call)
	target.Expect(
		steptest.Call{Name: "step 1", Do: steptest.Answer(tracee.Event{Kind: tracee.EventClone, TID: 1, Child: 2})},
		steptest.Call{Name: "step 1", Do: steptest.Stepped(1, called)},
	)
	stop, err := e.StepInstruction(t.Context(), 1)
	if err != nil || stop.Reason != stepper.StopStep || stop.PC != called {
		t.Errorf("%+v, %v", stop, err)
	}
	if target.Logged("resume 2") != 0 || e.SelectThread(2) != nil {
		t.Errorf("the new thread is not held: %q", target.Log)
	}
}

// A stepped thread that blocks in the kernel may wait for the other threads.
func TestABlockedSystemCallLetsTheOthersGo(t *testing.T) {
	e, target := scripted(t, call, &steptest.Thread{TID: 2}, &steptest.Thread{TID: 3})
	target.Expect(
		steptest.Call{Name: "step 1", Do: steptest.Answer(tracee.Event{Kind: tracee.EventBlocked, TID: 1})},
		steptest.Call{Name: "wait", Do: func(s *steptest.Target) (tracee.Event, error) {
			if s.Held(2) || s.Held(3) {
				t.Error("the others are still held")
			}
			return steptest.Stepped(1, called)(s)
		}},
	)
	stop, err := e.StepInstruction(t.Context(), 1)
	if err != nil || stop.Reason != stepper.StopStep || stop.PC != called {
		t.Errorf("%+v, %v", stop, err)
	}
	if !target.Held(2) || !target.Held(3) || target.Logged("resume 2") != 1 {
		t.Errorf("afterwards the others are not held: %q", target.Log)
	}
}

// If the others ran first, they would take its CPU from the thread that continues.
func TestTheContinuedThreadIsLetGoFirst(t *testing.T) {
	e, target := scripted(t, call, &steptest.Thread{TID: 2}, &steptest.Thread{TID: 3})
	if err := e.SelectThread(3); err != nil {
		t.Fatal(err)
	}
	target.Expect(steptest.Call{Name: "wait", Do: steptest.Answer(tracee.Event{Kind: tracee.EventSignal, TID: 3, Signal: 11})})
	if stop, err := e.Continue(t.Context()); err != nil || stop.Reason != stepper.StopSignal {
		t.Errorf("%+v, %v", stop, err)
	}
	resumed := slices.DeleteFunc(slices.Clone(target.Log), func(c string) bool { return !strings.HasPrefix(c, "resume ") })
	if len(resumed) != 3 || resumed[0] != "resume 3" {
		t.Errorf("resumed %q", resumed)
	}
}

// An exec ends a step by instructions, however long the kernel takes for it.
func TestAnExecEndsAStepThatHasBlocked(t *testing.T) {
	for _, blocked := range []bool{false, true} {
		e, target := scripted(t, call)
		exec := steptest.Answer(tracee.Event{Kind: tracee.EventExec, TID: 1, Former: 1})
		if blocked {
			target.Expect(
				steptest.Call{Name: "step 1", Do: steptest.Answer(tracee.Event{Kind: tracee.EventBlocked, TID: 1})},
				steptest.Call{Name: "wait", Do: exec},
			)
		} else {
			target.Expect(steptest.Call{Name: "step 1", Do: exec})
		}
		stop, err := e.StepInstruction(t.Context(), 3)
		if err != nil || stop.Reason != stepper.StopExec || target.Logged("resume 1") != 0 {
			t.Errorf("blocked %v: %+v, %v: %q", blocked, stop, err, target.Log)
		}
	}
}

// The other threads run meanwhile, and their own stops are reported.
func TestASignalOfAnotherThreadIsShownWhileOneIsBlocked(t *testing.T) {
	e, target := scripted(t, call, &steptest.Thread{TID: 2})
	target.Expect(
		steptest.Call{Name: "step 1", Do: steptest.Answer(tracee.Event{Kind: tracee.EventBlocked, TID: 1})},
		steptest.Call{Name: "wait", Do: steptest.Answer(tracee.Event{Kind: tracee.EventSignal, TID: 2, Signal: 11})},
	)
	stop, err := e.StepInstruction(t.Context(), 1)
	if err != nil || stop.Reason != stepper.StopSignal || stop.TID != 2 || stop.Signal != 11 {
		t.Errorf("%+v, %v", stop, err)
	}
}

// Whatever request fails in the middle of a unit, the Engine removes what it has inserted and
// returns the error.
func TestAFailureLeavesNothingBehind(t *testing.T) {
	broken := errors.New("broken")
	t.Run("debug register", func(t *testing.T) {
		e, target := scripted(t, arm)
		for _, a := range []table.Addr{commit, sideA, sideA + 2, sideA + 4, sideD, abort} {
			target.Fail["debug 1 2 "+a.String()] = []error{broken} // the third exit, whichever it is
		}
		if _, err := e.StepInstruction(t.Context(), 1); !errors.Is(err, broken) {
			t.Errorf("error %v", err)
		}
		clean(t, target, 0)
	})
	t.Run("insert", func(t *testing.T) {
		e, target := scripted(t, arm)
		for _, a := range []table.Addr{commit, sideA, sideA + 2, sideA + 4, sideD, abort} {
			target.Fail["insert "+a.String()] = []error{broken}
		}
		if _, err := e.StepInstruction(t.Context(), 1); !errors.Is(err, broken) {
			t.Errorf("error %v", err)
		}
		clean(t, target, 0)
	})
	t.Run("second place", func(t *testing.T) {
		e, target := scripted(t, lea)
		target.Fail["insert "+called.String()] = []error{broken}
		if _, err := e.AddBreakpoint(stepper.BreakpointSpec{Addrs: []table.Addr{call, called}}); !errors.Is(err, broken) {
			t.Errorf("error %v", err)
		}
		clean(t, target, 0)
		if len(e.Breakpoints()) != 0 {
			t.Errorf("breakpoints %+v", e.Breakpoints())
		}
	})
	t.Run("put back", func(t *testing.T) {
		e, target := scripted(t, commit)
		if _, err := e.AddBreakpoint(stepper.BreakpointSpec{Addrs: []table.Addr{commit}}); err != nil {
			t.Fatal(err)
		}
		target.Fail["insert "+commit.String()] = []error{broken}
		target.Expect(steptest.Call{Name: "step 1", Do: steptest.Stepped(1, commit+2)})
		if _, err := e.StepInstruction(t.Context(), 1); !errors.Is(err, broken) {
			t.Errorf("a breakpoint was lost without a word: %v", err)
		}
	})
	t.Run("take out", func(t *testing.T) {
		e, target := scripted(t, commit)
		if _, err := e.AddBreakpoint(stepper.BreakpointSpec{Addrs: []table.Addr{commit}}); err != nil {
			t.Fatal(err)
		}
		target.Fail["remove "+commit.String()] = []error{broken}
		if _, err := e.StepInstruction(t.Context(), 1); !errors.Is(err, broken) {
			t.Errorf("error %v", err)
		}
		clean(t, target, 1)
	})
}

// What holds for every breakpoint: none on a signature; inside a section none at its own
// address, only a trap at the arming store.
func TestGuardRefusesSignaturesAndInsides(t *testing.T) {
	e, target := scripted(t, lea)
	for a := abort - 4; a < abort; a++ {
		if _, err := e.AddBreakpoint(stepper.BreakpointSpec{Addrs: []table.Addr{a}}); err == nil || !strings.Contains(err.Error(), "signature") {
			t.Errorf("at %v: %v", a, err)
		}
	}
	clean(t, target, 0)
	if _, err := e.AddBreakpoint(stepper.BreakpointSpec{Addrs: []table.Addr{begin}}); err != nil {
		t.Fatal(err)
	}
	if got := target.Planted(); len(got) != 1 || got[0] != arm {
		t.Errorf("planted at %v", got)
	}
	if _, err := e.Advance(t.Context(), []stepper.Place{{Addr: begin}}); !errors.Is(err, stepper.ErrInsideSection) {
		t.Errorf("advance into a section: %v", err)
	}
}

// After an interrupt every thread is held again, and the step can continue.
func TestAnInterruptEndsABurstOfSteps(t *testing.T) {
	e, target := scripted(t, commit, &steptest.Thread{TID: 2})
	ctx, interrupt := context.WithCancel(t.Context())
	defer interrupt()
	target.Expect(
		steptest.Call{Name: "step 1", Do: steptest.Stepped(1, commit+2)},
		steptest.Call{Name: "step 1", Do: func(s *steptest.Target) (tracee.Event, error) {
			interrupt()
			return steptest.Answer(tracee.Event{Kind: tracee.EventInterrupt, TID: 1})(s)
		}},
		steptest.Call{Name: "step 1", Do: steptest.Stepped(1, sideA)},
	)
	stop, err := e.StepInstruction(ctx, 1000)
	if err != nil || stop.Reason != stepper.StopInterrupt || stop.PC != commit+2 {
		t.Errorf("%+v, %v", stop, err)
	}
	if stop, err = e.StepInstruction(t.Context(), 1); err != nil || stop.PC != sideA {
		t.Errorf("%+v, %v", stop, err)
	}
}

// Continue steps each thread off a breakpoint that it has reported, with the others held,
// before it resumes any of them.
func TestContinueStepsOffABreakpointFirst(t *testing.T) {
	e, target := scripted(t, commit, &steptest.Thread{TID: 2})
	if _, err := e.AddBreakpoint(stepper.BreakpointSpec{Addrs: []table.Addr{commit}}); err != nil {
		t.Fatal(err)
	}
	target.Expect(
		steptest.Call{Name: "step 1", Do: func(s *steptest.Target) (tracee.Event, error) {
			if s.Inserted(commit) || !s.Held(2) {
				t.Errorf("stepped with the breakpoint in (%v) or thread 2 running", s.Inserted(commit))
			}
			return steptest.Stepped(1, commit+2)(s)
		}},
		steptest.Call{Name: "wait", Do: steptest.Reach(2, commit)},
	)
	stop, err := e.Continue(t.Context())
	if err != nil || stop.Reason != stepper.StopBreakpoint || stop.TID != 2 || e.Thread() != 2 {
		t.Errorf("%+v, %v", stop, err)
	}
	clean(t, target, 1)
}
