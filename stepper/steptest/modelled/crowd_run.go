package modelled

import (
	"slices"
	"syscall"
	"time"

	"rseqstep/stepper/machine/amd64"
	"rseqstep/stepper/tracee"
)

// execute runs one instruction of a thread, or returns the event that it stops for
// instead. stops is also false if the thread is blocked in the kernel.
func (w *Crowd) execute(th *Walker) (ev tracee.Event, stops bool) {
	if c := th.made; c != nil {
		switch {
		case c.Vfork && !c.Free:
			return tracee.Event{}, false // it waits for its child
		case c.Vfork && !c.Told:
			c.Told = true
			return tracee.Event{Kind: tracee.EventVforkDone, TID: th.TID}, true
		}
		th.made = nil
	}
	th.midcall = false
	pc := th.Regs.PC()
	if th.Regs.W[amd64.EFLAGS]&resumeFlag == 0 {
		for slot, d := range th.debug {
			if d.kind == tracee.DebugExecute && d.addr == pc {
				th.Regs.W[amd64.EFLAGS] |= resumeFlag
				return tracee.Event{Kind: tracee.EventDebug, TID: th.TID, Slot: slot, Slots: 1 << slot}, true
			}
		}
	}
	if w.planted[pc] {
		return tracee.Event{Kind: tracee.EventBreakpoint, TID: th.TID, Addr: pc}, true
	}
	th.Regs.W[amd64.EFLAGS] &^= resumeFlag
	th.Executed++
	switch pc {
	case Top:
		th.Regs.W[amd64.RIP] = uint64(At)
		if w.Alternates {
			th.Regs.W[amd64.RDX] ^= 1
		}
	case At:
		if th.Regs.W[amd64.RDX] == 0 {
			th.Passed++
		}
		th.Regs.W[amd64.RIP] = uint64(Made)
	case Made:
		if th.rounds++; th.rounds == w.rounds {
			return w.exit(th), true
		}
		th.Regs.W[amd64.RIP] = uint64(Back)
		if made := w.happens("vfork", "fork"); made != "" {
			c := &Child{PID: crowdPID + 1000 + len(w.procs), Vfork: made == "vfork"}
			w.procs = append(w.procs, c)
			th.made, th.midcall = c, true
			ev := tracee.Event{Kind: tracee.EventFork, TID: th.TID, Child: c.PID}
			if c.Vfork {
				ev.Kind = tracee.EventVfork
			}
			return ev, true
		}
	case Back:
		th.Regs.W[amd64.RIP] = uint64(Top)
	default:
		w.broken("thread %d executes at %v, where there is nothing", th.TID, pc)
		return w.exit(th), true
	}
	return tracee.Event{}, false
}

// exit ends a thread, and the process with the last one.
func (w *Crowd) exit(th *Walker) tracee.Event {
	w.drop(th)
	if len(w.threads) > 0 {
		return tracee.Event{Kind: tracee.EventExit, TID: th.TID}
	}
	w.alive = false
	return tracee.Event{Kind: tracee.EventProcessExit, TID: crowdPID}
}

func (w *Crowd) drop(th *Walker) {
	i := slices.Index(w.threads, th)
	w.threads = slices.Delete(w.threads, i, i+1)
	w.gone = append(w.gone, th)
}

// outside decides whether an external event happens to a running thread before its next
// instruction.
func (w *Crowd) outside(th *Walker, more ...string) (ev tracee.Event, stops bool) {
	if th.made != nil {
		return tracee.Event{}, false // in the kernel: no visible effect
	}
	what := append([]string{"signal"}, more...)
	if w.SendsByte != nil && !w.asked {
		what = append(what, "interrupt")
	}
	switch w.happens(what...) {
	case "signal":
		th.Raised++
		th.signal = true
		return tracee.Event{Kind: tracee.EventSignal, TID: th.TID, Signal: signal}, true
	case "interrupt":
		w.Interrupts++
		w.SendsByte()
		w.asked = true
	case "other":
		w.running++
	case "takes long":
		th.held, th.long = false, true
		return tracee.Event{Kind: tracee.EventBlocked, TID: th.TID}, true
	case "beside":
		w.beside(th)
	}
	return tracee.Event{}, false
}

// ByteComes decides whether the client sends its interrupt byte while the program is
// stopped.
func (w *Crowd) ByteComes() bool {
	if w.happens("interrupt before") == "" {
		return false
	}
	w.Interrupts++
	return true
}

// beside lets the other running threads run for a while.
func (w *Crowd) beside(but *Walker) {
	for _, th := range slices.Clone(w.threads) {
		if th != but && !th.held {
			w.runOn(th)
		}
	}
}

// runOn lets a running thread execute up to one round, and queues its event.
func (w *Crowd) runOn(th *Walker) {
	for range 4 {
		if ev, stops := w.execute(th); stops {
			th.held, th.long = true, false
			w.queue.push(ev)
			return
		}
	}
}

// resumeWith resumes a stopped thread with a signal, or without one.
func (w *Crowd) resumeWith(th *Walker, sig int) {
	th.signal = false
	if sig != 0 {
		th.Delivered++
	}
	th.Delivered += th.sent
	th.sent = 0
	if c := th.made; c != nil && !c.Free {
		w.broken("thread %d is resumed while the process that it has created is held", th.TID)
	}
}

// runAlone implements Step and Run: one thread runs alone.
func (w *Crowd) runAlone(tid, sig int, single bool) (tracee.Event, error) {
	th, err := w.find(tid)
	if err != nil {
		return tracee.Event{}, err
	}
	if ev, ok := w.queue.take(tid); ok {
		ev.Still = true
		return ev, nil
	}
	if w.asked {
		w.asked = false
		return tracee.Event{Kind: tracee.EventInterrupt, TID: tid, Still: true}, nil
	}
	if single && w.runsBeside(th) {
		w.broken("thread %d is stepped while another one runs, and may be at a breakpoint that is removed", tid)
	}
	w.resumeWith(th, sig)
	for n := 0; n < patience; n++ {
		var more []string
		if !single || th.Regs.PC() == Made {
			more = append(more, "takes long")
		}
		if w.runsBeside(th) {
			more = append(more, "beside")
		}
		if ev, stops := w.outside(th, more...); stops {
			return ev, nil
		}
		if w.asked && !single {
			w.asked = false
			return tracee.Event{Kind: tracee.EventInterrupt, TID: tid}, nil
		}
		if single && th.midcall && (th.made == nil || !th.made.Vfork || th.made.Told) {
			th.made, th.midcall = nil, false
			return tracee.Event{Kind: tracee.EventStep, TID: tid}, nil
		}
		if ev, stops := w.execute(th); stops {
			return ev, nil
		}
		if single && th.made == nil {
			return tracee.Event{Kind: tracee.EventStep, TID: tid}, nil
		}
	}
	w.broken("thread %d runs for ever", tid)
	return tracee.Event{}, syscall.EDEADLK
}

func (w *Crowd) runsBeside(but *Walker) bool {
	return slices.ContainsFunc(w.threads, func(th *Walker) bool { return th != but && !th.held })
}

// Step and the methods below are those of tracee.Target.
func (w *Crowd) Step(tid, sig int, _ time.Duration) (tracee.Event, error) {
	return w.runAlone(tid, sig, true)
}

func (w *Crowd) Run(tid, sig int, _ time.Duration) (tracee.Event, error) {
	return w.runAlone(tid, sig, false)
}

func (w *Crowd) Resume(tid, sig int) error {
	th, err := w.find(tid)
	if err != nil {
		return err
	}
	if w.Queued(tid) {
		if sig != 0 {
			w.broken("signal %d is lost: thread %d has an unreported event", sig, tid)
		}
		return nil
	}
	w.resumeWith(th, sig)
	th.held = false
	return nil
}

func (w *Crowd) ResumeInPlace(tid, sig int) error { return w.Resume(tid, sig) }

func (w *Crowd) ResumeStep(tid, sig int) error { return w.Resume(tid, sig) }

func (w *Crowd) Wait() (tracee.Event, error) {
	return w.WaitFor(anyEvent)
}

func (w *Crowd) WaitFor(wanted func(*tracee.Event) bool) (tracee.Event, error) {
	for n := 0; n < patience; n++ {
		if ev, ok := w.queue.next(wanted); ok {
			return ev, nil
		}
		if !w.alive {
			return tracee.Event{}, syscall.ESRCH
		}
		var runs []*Walker
		for _, th := range w.threads {
			if !th.held {
				runs = append(runs, th)
			}
		}
		if len(runs) == 0 {
			return tracee.Event{}, syscall.ECHILD
		}
		if n%10 == 9 { // its time slice is over
			w.running++
		}
		th := runs[w.running%len(runs)]
		var more []string
		if len(runs) > 1 {
			more = []string{"other"}
		}
		ev, stops := w.outside(th, more...)
		if !stops && w.asked {
			w.asked = false
			th.held, th.long = true, false
			return tracee.Event{Kind: tracee.EventInterrupt, TID: th.TID}, nil
		}
		if !stops {
			ev, stops = w.execute(th)
		}
		if stops {
			th.held, th.long = true, false
			w.queue.push(ev)
		}
	}
	w.broken("the program runs for ever")
	return tracee.Event{}, syscall.EDEADLK
}

// Hold stops every thread. Meanwhile a thread may still run, or receive a signal.
// Unreported breakpoint hits are withdrawn.
func (w *Crowd) Hold() error {
	for _, th := range slices.Clone(w.threads) {
		if th.held {
			continue
		}
		if th.made == nil {
			switch w.happens("runs on", "signal") {
			case "runs on":
				w.runOn(th)
			case "signal":
				th.Raised++
				th.signal = true
				w.queue.push(tracee.Event{Kind: tracee.EventSignal, TID: th.TID, Signal: signal})
			}
		}
		th.held, th.long = true, false
	}
	w.queue = slices.DeleteFunc(w.queue, func(ev tracee.Event) bool { return ev.Kind == tracee.EventBreakpoint })
	return nil
}

func (w *Crowd) Queued(tid int) bool { return w.queue.of(tid) }

func (w *Crowd) Held(tid int) bool {
	th := w.Walker(tid)
	return th != nil && th.held
}
