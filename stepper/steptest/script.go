package steptest

import (
	"slices"
	"syscall"
	"time"

	"rseqstep/stepper/tracee"
	"rseqstep/table"
)

// Call is one waiting call that a script expects: "step TID", "run TID" or
// "wait", with " SIG" behind it where a signal is delivered. Do brings the
// model to where the thread has come, and gives the answer.
type Call struct {
	Name string
	Do   func(*Target) (tracee.Event, error)
}

// Expect adds calls to the script.
func (s *Target) Expect(calls ...Call) { s.script = append(s.script, calls...) }

// Reach moves a thread to an instruction where something waits for it: the
// event is that of the debug register or the breakpoint there.
func Reach(tid int, pc table.Addr) func(*Target) (tracee.Event, error) {
	return func(s *Target) (tracee.Event, error) {
		th := s.Thread(tid)
		s.arrive(th, pc)
		for slot, d := range th.Debug {
			if d.Kind == tracee.DebugExecute && d.Addr == pc {
				return tracee.Event{Kind: tracee.EventDebug, TID: tid, Slot: slot, Slots: 1 << slot}, nil
			}
		}
		if !s.planted[pc] {
			s.t.Errorf("thread %d comes to %v, where nothing waits for it; planted are %v and %+v", tid, pc, s.Planted(), th.Debug)
		}
		return tracee.Event{Kind: tracee.EventBreakpoint, TID: tid, Addr: pc}, nil
	}
}

// arrive stops a thread at pc.
func (s *Target) arrive(th *Thread, pc table.Addr) {
	th.Regs.Filled(s.arch)
	th.Regs.SetPC(pc)
	th.held = true
}

// Stepped is the end of a single step at pc.
func Stepped(tid int, pc table.Addr) func(*Target) (tracee.Event, error) {
	return func(s *Target) (tracee.Event, error) {
		th := s.Thread(tid)
		s.arrive(th, pc)
		return tracee.Event{Kind: tracee.EventStep, TID: tid}, nil
	}
}

// Answer is any other event. Its thread is held, or gone, or running, as the
// kind of the event has it.
func Answer(ev tracee.Event) func(*Target) (tracee.Event, error) {
	return func(s *Target) (tracee.Event, error) {
		switch ev.Kind {
		case tracee.EventExit:
			s.drop(ev.TID)
		case tracee.EventProcessExit:
			s.threads, s.alive = nil, false
		case tracee.EventClone:
			s.threads = append(s.threads, &Thread{TID: ev.Child, held: true, Debug: s.all})
			s.Thread(ev.TID).held = true
		case tracee.EventBlocked:
		default:
			s.Thread(ev.TID).held = true
		}
		return ev, nil
	}
}

// Vanished is ESRCH for a thread that is no more; its exit is an event to come.
func Vanished(tid int) func(*Target) (tracee.Event, error) {
	return func(s *Target) (tracee.Event, error) {
		s.Thread(tid).Dying = true
		return tracee.Event{}, syscall.ESRCH
	}
}

func (s *Target) drop(tid int) {
	for i, th := range s.threads {
		if th.TID == tid {
			s.threads = append(s.threads[:i:i], s.threads[i+1:]...)
			return
		}
	}
}

// play takes the next call of the script.
func (s *Target) play(name string) (tracee.Event, error) {
	s.Log = append(s.Log, name)
	if len(s.script) == 0 || s.script[0].Name != name {
		next := "nothing more"
		if len(s.script) > 0 {
			next = s.script[0].Name
		}
		s.t.Fatalf("%q is called where the script has %q; the log is %q", name, next, s.Log)
	}
	do := s.script[0].Do
	s.script = s.script[1:]
	return do(s)
}

// Go takes "step TID" or "run TID" from the script.
func (s *Target) Go(tid, sig int, how tracee.How, _ time.Duration) (tracee.Event, error) {
	verb := "run"
	if how == tracee.Single {
		verb = "step"
	}
	th, err := s.find(tid)
	if err != nil {
		return tracee.Event{}, err
	}
	th.held = false
	return s.play(called(verb, tid, sig))
}

// Wait takes "wait" from the script until what it answers is wanted; the rest is
// for the waits to come.
func (s *Target) Wait(wanted func(*tracee.Event) bool) (tracee.Event, error) {
	if wanted == nil {
		wanted = func(*tracee.Event) bool { return true }
	}
	for i, ev := range s.queue {
		if wanted(&ev) {
			s.queue = slices.Delete(s.queue, i, i+1)
			return ev, nil
		}
	}
	for {
		ev, err := s.play("wait")
		if err != nil || wanted(&ev) || ev.Kind == tracee.EventInterrupt {
			return ev, err
		}
		s.queue = append(s.queue, ev)
	}
}
