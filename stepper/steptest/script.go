package steptest

import (
	"slices"
	"syscall"
	"time"

	"rseqstep/stepper/machine"
	"rseqstep/stepper/machine/amd64"
	"rseqstep/stepper/tracee"
	"rseqstep/table"
)

// Call is one waiting call that a script expects: "step TID", "run TID" or
// "wait", followed by " SIG" if a signal is delivered. Do moves the model to
// the thread's next stop and returns the result.
type Call struct {
	Name string
	Do   func(*Target) (tracee.Event, error)
}

// Expect adds calls to the script.
func (s *Target) Expect(calls ...Call) { s.script = append(s.script, calls...) }

// Reach moves a thread to an instruction with a debug register or a breakpoint,
// and returns its event.
func Reach(tid int, pc table.Addr) func(*Target) (tracee.Event, error) {
	return func(s *Target) (tracee.Event, error) {
		th := s.Thread(tid)
		th.Regs.W[amd64.RIP], th.held = uint64(pc), true
		for slot, d := range th.Debug {
			if d.Kind == tracee.DebugExecute && d.Addr == pc {
				return tracee.Event{Kind: tracee.EventDebug, TID: tid, Slot: slot, Slots: 1 << slot}, nil
			}
		}
		if !s.planted[pc] {
			s.t.Errorf("thread %d reaches %v, which has neither a breakpoint nor a debug register; planted are %v and %+v", tid, pc, s.Planted(), th.Debug)
		}
		return tracee.Event{Kind: tracee.EventBreakpoint, TID: tid, Addr: pc}, nil
	}
}

// Stepped is the end of a single step at pc.
func Stepped(tid int, pc table.Addr) func(*Target) (tracee.Event, error) {
	return func(s *Target) (tracee.Event, error) {
		th := s.Thread(tid)
		th.Regs.W[amd64.RIP], th.held = uint64(pc), true
		return tracee.Event{Kind: tracee.EventStep, TID: tid}, nil
	}
}

// Answer is any other event. The kind of the event determines whether its
// thread is stopped, gone or running.
func Answer(ev tracee.Event) func(*Target) (tracee.Event, error) {
	return func(s *Target) (tracee.Event, error) {
		switch ev.Kind {
		case tracee.EventExit:
			s.drop(ev.TID)
		case tracee.EventProcessExit:
			s.threads, s.alive = nil, false
		case tracee.EventClone:
			s.threads = append(s.threads, &Thread{TID: ev.Child, Regs: amd64.Regs(machine.Words{}), held: true, Debug: s.all})
			s.Thread(ev.TID).held = true
		case tracee.EventBlocked:
		default:
			s.Thread(ev.TID).held = true
		}
		return ev, nil
	}
}

// Vanished is ESRCH for a thread that has ended; its exit event follows.
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

// play removes the next call from the script.
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

// Step removes "step TID" from the script.
func (s *Target) Step(tid, sig int, _ time.Duration) (tracee.Event, error) {
	return s.let("step", tid, sig)
}

// Run removes "run TID" from the script.
func (s *Target) Run(tid, sig int, _ time.Duration) (tracee.Event, error) {
	return s.let("run", tid, sig)
}

func (s *Target) let(verb string, tid, sig int) (tracee.Event, error) {
	th, err := s.find(tid)
	if err != nil {
		return tracee.Event{}, err
	}
	th.held = false
	return s.play(called(verb, tid, sig))
}

// Wait removes "wait" from the script.
func (s *Target) Wait() (tracee.Event, error) {
	return s.WaitFor(func(*tracee.Event) bool { return true })
}

// WaitFor removes "wait" from the script until its event is wanted; it queues the others
// for later waits.
func (s *Target) WaitFor(wanted func(*tracee.Event) bool) (tracee.Event, error) {
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
