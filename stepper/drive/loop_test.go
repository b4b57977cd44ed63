package drive_test

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"

	"rseqstep/stepper/drive"
	"rseqstep/stepper/machine/amd64"
	"rseqstep/stepper/steptest"
	"rseqstep/stepper/tracee"
	"rseqstep/table"
)

func TestAnAnswerSaysOneThing(t *testing.T) {
	wrong := errors.New("wrong")
	for name, c := range map[string]struct {
		answer           drive.Answer
		goesOn, arrives_ bool
	}{
		"nothing":     {drive.Answer{}, true, false},
		"arrive":      {drive.Arrive(), false, true},
		"arrived":     {drive.ArriveIf(true), false, true},
		"not arrived": {drive.ArriveIf(false), true, false},
		"no error":    {drive.ArriveOr(nil), false, true},
		"or error":    {drive.ArriveOr(wrong), false, false},
		"fails":       {drive.Fails(wrong), false, false},
		"fails not":   {drive.Fails(nil), true, false},
		"halt":        {drive.Halt(1), false, false},
		"then":        {drive.Then(step(nil), nil), false, false},
		"always":      {drive.Always(nil), false, true},
		"when":        {drive.When(func(*drive.Thread) bool { return false })(nil), true, false},
	} {
		if c.answer.GoesOn() != c.goesOn || c.answer.Arrives() != c.arrives_ {
			t.Errorf("%s: goes on %v, arrives %v", name, c.answer.GoesOn(), c.answer.Arrives())
		}
	}
}

// The loop calls a plan again after each move that the plan has asked for, with the registers of
// its thread loaded.
func TestAPlanIsAskedUntilItArrives(t *testing.T) {
	s, th := begin(t, 2)
	var at []table.Addr
	for pc := table.Addr(start + 1); pc <= start+3; pc++ {
		s.target.Expect(steptest.Call{Name: "step 1", Do: steptest.Stepped(1, pc)})
	}
	arrived, stop, err := s.d.Do(drive.Plan(th, func() drive.Answer {
		s.note("plan", true)
		if at = append(at, th.Regs.PC()); len(at) > 3 {
			return drive.Arrive()
		}
		return drive.Then(step(th), nil)
	}))
	if !arrived || stop != nil || err != nil || !slices.Equal(at, []table.Addr{start, start + 1, start + 2, start + 3}) {
		t.Errorf("%v, %v, %v, asked at %v", arrived, stop, err, at)
	}
}

// stack runs a journey of all threads to A, inside which thread 1 runs alone to C. On its way it
// reaches a place where both moves wait, or only one of them. The log records how the two moves
// end and in which order the loop called their decisions.
func stack(t *testing.T, comesTo table.Addr, outer, inner []table.Addr, innerArrives bool) (log []string) {
	s, th := begin(t, 2)
	s.target.Expect(
		steptest.Call{Name: "wait", Do: steptest.Reach(1, placeA)},
		steptest.Call{Name: "run 1", Do: steptest.Reach(1, comesTo)},
	)
	says := func(who string, a drive.Answer) drive.Decision {
		return func(th *drive.Thread) drive.Answer {
			s.note(who, true)
			log = append(log, fmt.Sprintf("%s at %v", who, th.Regs.PC()))
			return a
		}
	}
	ends := func(who string) func(drive.Ending) error {
		return func(how drive.Ending) error {
			log = append(log, fmt.Sprintf("%s ends %v", who, how))
			return nil
		}
	}
	in := drive.Run(th, inner, says("inner", drive.ArriveIf(innerArrives)), 0)
	in.Registers, in.End = false, ends("inner")
	out := drive.Journey(th)
	out.End = ends("outer")
	out.Trap(placeA, func(*drive.Thread) drive.Answer {
		s.note("A", true)
		return drive.Then(in, drive.Arrive)
	})
	for _, a := range outer {
		out.Trap(a, says("outer", drive.Arrive()))
	}
	arrived, stop, err := s.d.Do(out)
	if !arrived || stop != nil || err != nil {
		t.Errorf("%v, %v, %v", arrived, stop, err)
	}
	if left := s.target.Planted(); len(left) > 0 {
		t.Errorf("planted still: %v", left)
	}
	return log
}

// A trap of an outer move counts whichever inner move reaches it. The inner move's own decision
// comes first.
func TestEveryMoveIsAskedTheInnermostFirst(t *testing.T) {
	arrived, lost := drive.Arrived, drive.Lost
	for _, c := range []struct {
		name         string
		outer, inner []table.Addr
		innerArrives bool
		want         []string
	}{
		{"the outer one alone", []table.Addr{placeB}, []table.Addr{placeC}, true,
			[]string{"outer at 0x1020", fmt.Sprint("inner ends ", lost), fmt.Sprint("outer ends ", arrived)}},
		{"both, and the inner one has not arrived", []table.Addr{placeB}, []table.Addr{placeB}, false,
			[]string{"inner at 0x1020", "inner at 0x1020", "outer at 0x1020", fmt.Sprint("inner ends ", lost), fmt.Sprint("outer ends ", arrived)}},
		{"both, and the inner one has", []table.Addr{placeB}, []table.Addr{placeB}, true,
			[]string{"inner at 0x1020", fmt.Sprint("inner ends ", arrived), fmt.Sprint("outer ends ", arrived)}},
	} {
		t.Run(c.name, func(t *testing.T) {
			if log := stack(t, placeB, c.outer, c.inner, c.innerArrives); !slices.Equal(log, c.want) {
				t.Errorf("%q, want %q", log, c.want)
			}
		})
	}
}

// An error ends every unfinished move and leaves no breakpoint inserted and no thread running.
func TestAnErrorEndsEveryMove(t *testing.T) {
	s, th := begin(t, 2)
	broken := errors.New("broken")
	s.target.Expect(
		steptest.Call{Name: "wait", Do: steptest.Reach(1, placeA)},
		steptest.Call{Name: "step 1", Do: func(*steptest.Target) (tracee.Event, error) { return tracee.Event{}, broken }},
	)
	var ends []drive.Ending
	m := drive.Journey(th)
	m.End = func(how drive.Ending) error { ends = append(ends, how); return nil }
	m.AtEnd(func() error { ends = append(ends, drive.Ending(-1)); return nil })
	m.Trap(placeA, func(*drive.Thread) drive.Answer {
		one := step(th)
		one.End = m.End
		return drive.Then(one, nil)
	})
	arrived, stop, err := s.d.Do(m)
	if arrived || stop != nil || !errors.Is(err, broken) || !slices.Equal(ends, []drive.Ending{drive.Failed, -1, drive.Failed}) {
		t.Errorf("%v, %v, %v, ends %v", arrived, stop, err, ends)
	}
	if left := s.target.Planted(); len(left) > 0 || !s.target.Held(1) || !s.target.Held(2) {
		t.Errorf("planted still: %v", left)
	}
}

// When a thread blocks, the same move resumes all threads.
func TestAMoveThatBlocksLetsTheOthersGo(t *testing.T) {
	s, th := begin(t, 2)
	s.target.Expect(
		steptest.Call{Name: "step 1", Do: steptest.Answer(tracee.Event{Kind: tracee.EventBlocked, TID: 1})},
		steptest.Call{Name: "wait", Do: steptest.Stepped(1, start+2)},
	)
	arrived, stop, err := s.d.Do(step(th))
	if !arrived || stop != nil || err != nil || s.target.Logged("resume 2") != 1 || s.target.Logged("resume 1") != 0 {
		t.Errorf("%v, %v, %v: %q", arrived, stop, err, s.target.Log)
	}
}

// A thread resumes on the CPU where it stopped if it may have read that CPU's number: at a trap, or
// as the one that was stepped. One whose system call was interrupted sleeps in the kernel first.
func TestWhichThreadsResumeOnTheirCPU(t *testing.T) {
	for _, c := range []struct {
		name   string
		change func(*steptest.Thread)
		want   [2]tracee.How
	}{
		{"the stepped one", func(*steptest.Thread) {}, [2]tracee.How{tracee.InPlace, tracee.Freely}},
		{"without an area", func(th *steptest.Thread) { th.Rseq = tracee.RseqConfig{} }, [2]tracee.How{tracee.Freely, tracee.Freely}},
		{"in a system call", func(th *steptest.Thread) {
			th.Regs.W[amd64.OrigRAX], th.Regs.W[amd64.RAX] = 202, ^uint64(511) // -ERESTARTSYS
		}, [2]tracee.How{tracee.Freely, tracee.Freely}},
	} {
		s, th := begin(t, 2)
		one, two := s.target.Thread(1), s.target.Thread(2)
		one.Rseq = tracee.RseqConfig{Area: 0x8000, Size: 32}
		two.Rseq = one.Rseq
		c.change(one)
		s.target.Expect(steptest.Call{Name: "wait", Do: steptest.Answer(tracee.Event{Kind: tracee.EventProcessExit, TID: 1})})
		if _, _, err := s.d.Do(drive.Journey(th)); err != nil {
			t.Fatal(err)
		}
		if got := [2]tracee.How{one.How, two.How}; got != c.want {
			t.Errorf("%s: %v, want %v", c.name, got, c.want)
		}
	}
}

// A thread that may not run is never resumed, and its events are not reported.
func TestOnlyThoseThatMayRun(t *testing.T) {
	s, th := begin(t, 3)
	s.d.Only(2)
	s.d.BeginOnly()
	s.target.Expect(
		steptest.Call{Name: "wait", Do: steptest.Answer(tracee.Event{Kind: tracee.EventSignal, TID: 3, Signal: 10})},
		steptest.Call{Name: "wait", Do: steptest.Answer(tracee.Event{Kind: tracee.EventExit, TID: 1})},
	)
	_, stop, err := s.d.Do(drive.Journey(th))
	if ev, ok := stop.(tracee.Event); !ok || err != nil || ev.Kind != tracee.EventExit || s.target.Logged("resume 3") != 0 || s.target.Logged("resume 2") != 1 {
		t.Errorf("%+v, %v: %q", stop, err, s.target.Log)
	}
	if slices.Contains(s.asked, "signal") {
		t.Error("the signal of a thread that may not run was heard of")
	}
}

// A command that runs the program continues in the new program, without its former traps. A step
// ends at the execve(2).
func TestAnExecEndsWhatIsMadeAlone(t *testing.T) {
	exec := steptest.Answer(tracee.Event{Kind: tracee.EventExec, TID: 1, Former: 1})
	t.Run("a journey", func(t *testing.T) {
		s, th := begin(t, 1)
		woken := 0
		s.target.Expect(
			steptest.Call{Name: "wait", Do: exec},
			steptest.Call{Name: "wait", Do: steptest.Answer(tracee.Event{Kind: tracee.EventInterrupt, TID: 1})},
			steptest.Call{Name: "wait", Do: steptest.Answer(tracee.Event{Kind: tracee.EventProcessExit, TID: 1})},
		)
		m := drive.Journey(th)
		m.Woken = func() { woken++ }
		m.Trap(placeA, drive.Always)
		arrived, stop, err := s.d.Do(m)
		if ev, ok := stop.(tracee.Event); !ok || arrived || err != nil || ev.Kind != tracee.EventProcessExit || woken != 1 {
			t.Errorf("%v, %+v, %v, woken %d times", arrived, stop, err, woken)
		}
	})
	t.Run("a step in a journey", func(t *testing.T) {
		s, th := begin(t, 1)
		s.target.Expect(
			steptest.Call{Name: "wait", Do: steptest.Reach(1, placeA)},
			steptest.Call{Name: "step 1", Do: exec},
			steptest.Call{Name: "wait", Do: steptest.Answer(tracee.Event{Kind: tracee.EventProcessExit, TID: 1})},
		)
		var ends []drive.Ending
		m := drive.Journey(th)
		m.Trap(placeA, func(*drive.Thread) drive.Answer {
			one := step(th)
			one.End = func(how drive.Ending) error { ends = append(ends, how); return nil }
			return drive.Then(one, nil)
		})
		arrived, stop, err := s.d.Do(m)
		if ev, ok := stop.(tracee.Event); !ok || arrived || err != nil || ev.Kind != tracee.EventProcessExit || !slices.Equal(ends, []drive.Ending{drive.Lost}) {
			t.Errorf("%v, %+v, %v, ends %v", arrived, stop, err, ends)
		}
	})
	t.Run("a step", func(t *testing.T) {
		s, th := begin(t, 1)
		s.target.Expect(steptest.Call{Name: "step 1", Do: exec})
		_, stop, err := s.d.Do(step(th))
		if ev, ok := stop.(tracee.Event); !ok || err != nil || ev.Kind != tracee.EventExec {
			t.Errorf("%+v, %v", stop, err)
		}
	})
}

// The end of a command's context stops that command once, and no other command.
func TestACommandIsInterruptedByItsContext(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	s, th := begin(t, 1)
	begun := s.d.Begin(ctx)
	cancel()
	s.target.Expect(steptest.Call{Name: "wait", Do: steptest.Answer(tracee.Event{Kind: tracee.EventInterrupt, TID: 1})})
	_, stop, err := s.d.Do(drive.Journey(th))
	if ev, ok := stop.(tracee.Event); !begun || !ok || err != nil || ev.Kind != tracee.EventInterrupt || !s.d.Interrupted(th).GoesOn() {
		t.Errorf("%v, %+v, %v", begun, stop, err)
	}
	s.d.End()
	if !s.d.Interrupted(th).GoesOn() {
		t.Error("the request outlives its command")
	}
	defer s.d.End()
	if s.d.Begin(ctx) {
		t.Error("a command has begun whose context had ended")
	}
	if strings.Contains(strings.Join(s.target.Log, " "), "run") {
		t.Errorf("%q", s.target.Log)
	}
}

// A queued event from before a group-stop does not keep its thread out of that stop, and the
// end of that stop does not resume the thread.
func TestAThreadTakesPartInTheNextGroupStopToo(t *testing.T) {
	for name, queued := range map[string]tracee.Event{
		"end of a stop": {Kind: tracee.EventGroupEnd, TID: 2},
		"signal":        {Kind: tracee.EventSignal, TID: 2, Signal: 10},
	} {
		t.Run(name, func(t *testing.T) { joinsAfter(t, queued) })
	}
}

func joinsAfter(t *testing.T, queued tracee.Event) {
	s, th := begin(t, 2)
	group := func(kind tracee.EventKind, tid int) func(*steptest.Target) (tracee.Event, error) {
		return steptest.Answer(tracee.Event{Kind: kind, TID: tid, Signal: 19})
	}
	// No wait wants the event of thread 2: it stays queued.
	s.target.Expect(
		steptest.Call{Name: "wait", Do: steptest.Answer(queued)},
		steptest.Call{Name: "wait", Do: steptest.Answer(tracee.Event{Kind: tracee.EventInterrupt, TID: 1})},
	)
	if _, err := s.d.WaitEnd(); err != nil || !s.target.Queued(2) {
		t.Fatalf("%v, queued %v", err, s.target.Queued(2))
	}
	s.target.Expect(
		steptest.Call{Name: "step 1", Do: group(tracee.EventGroupStop, 1)},
		steptest.Call{Name: "wait", Do: group(tracee.EventGroupStop, 2)},
		steptest.Call{Name: "wait", Do: group(tracee.EventGroupEnd, 2)},
		steptest.Call{Name: "wait", Do: group(tracee.EventGroupEnd, 1)},
		steptest.Call{Name: "step 1", Do: steptest.Stepped(1, start+1)},
	)
	arrived, stop, err := s.d.Do(step(th))
	if !arrived || stop != nil || err != nil {
		t.Errorf("%v, %v, %v", arrived, stop, err)
	}
	if n := s.target.Logged("resume 2") + s.target.Logged("resume 2 10"); n != 2 {
		t.Errorf("thread 2 was resumed %d times, want once into the stop and once in it: %q", n, s.target.Log)
	}
}

// A move that begins while a look is due does not run alone first: a line step may consist of
// many short moves, each of which would end before anybody looks.
func TestADueLookComesBeforeRunningAlone(t *testing.T) {
	for _, due := range []bool{false, true} {
		s, th := begin(t, 2)
		looked := 0
		w := s.d.Watch(func(m *drive.Move) drive.Answer {
			looked++
			m.Watchdog.Again(false)
			return drive.Answer{}
		})
		m := drive.Journey(th)
		m.Alone, m.Watchdog = tracee.BlockPatience, w
		m.Trap(placeA, drive.Always)
		runs := "run 1"
		if due {
			w.Begin()
			runs = "wait"
		}
		s.target.Expect(steptest.Call{Name: runs, Do: steptest.Reach(1, placeA)})
		if arrived, stop, err := s.d.Do(m); !arrived || stop != nil || err != nil || looked > 0 != due {
			t.Errorf("due %v: %v, %v, %v; looked %d times", due, arrived, stop, err, looked)
		}
		w.Stop()
	}
}
