package modelled

import (
	"syscall"
	"time"

	"rseqstep/stepper/machine/amd64"
	"rseqstep/stepper/tracee"
)

// resumeFlag is EFLAGS.RF.
const resumeFlag = 1 << 16

// execute runs one instruction of a thread, or returns the event that it stops for
// instead.
func (w *World) execute(th *Thread) (tracee.Event, bool) {
	pc := th.Regs.PC()
	th.trapped = true // if it stops here, it does so by an exception
	if w.last[th.cpu] != th.TID {
		w.last[th.cpu] = th.TID
		w.turns[th.cpu]++
	}
	if th.Regs.W[amd64.EFLAGS]&resumeFlag == 0 {
		for slot, d := range th.Debug {
			if d.kind == tracee.DebugExecute && d.addr == pc {
				th.Regs.W[amd64.EFLAGS] |= resumeFlag
				return tracee.Event{Kind: tracee.EventDebug, TID: th.TID, Slot: slot, Slots: 1 << slot}, true
			}
		}
	}
	th.Regs.W[amd64.EFLAGS] &^= resumeFlag
	if w.faults && pc == Load && w.happens("fault") != "" {
		return tracee.Event{Kind: tracee.EventSignal, TID: th.TID, Signal: faultSignal}, true
	}
	if w.planted[pc] {
		return tracee.Event{Kind: tracee.EventBreakpoint, TID: th.TID, Addr: pc}, true
	}
	if !w.step(th) {
		w.broken("thread %d executes at %v, where there is nothing", th.TID, pc)
		return w.kill(), true
	}
	return tracee.Event{}, false
}

// outside decides whether an external event happens to a running thread before its next
// instruction.
func (w *World) outside(th *Thread, more ...string) (ev tracee.Event, stops bool) {
	if th.pending != 0 && th.Mask>>(signal-1)&1 == 0 {
		th.pending = 0
		return tracee.Event{Kind: tracee.EventSignal, TID: th.TID, Signal: signal}, true
	}
	switch w.happens(append([]string{"signal", "preemption", "migration", "interrupt", "kill"}, more...)...) {
	case "signal":
		th.trapped = true
		th.pending = signal
		if th.Mask>>(signal-1)&1 == 0 {
			th.pending = 0
			return tracee.Event{Kind: tracee.EventSignal, TID: th.TID, Signal: signal}, true
		}
	case "preemption": // by another process
		w.interrupted(th)
	case "migration":
		w.move(th)
		w.interrupted(th)
	case "interrupt":
		w.interrupt()
		w.asked = true
	case "kill":
		return w.kill(), true
	case "other":
		w.running++
		w.interrupted(th)
	case "takes long":
		th.held, th.long = false, true
		return tracee.Event{Kind: tracee.EventBlocked, TID: th.TID}, true
	case "exit":
		if th.TID != 1 {
			w.drop(th.TID)
			return tracee.Event{Kind: tracee.EventExit, TID: th.TID}, true
		}
	}
	return tracee.Event{}, false
}

func (w *World) drop(tid int) {
	for i, th := range w.threads {
		if th.TID == tid {
			w.threads = append(w.threads[:i:i], w.threads[i+1:]...)
			return
		}
	}
}

// patience bounds the instructions of one wait: the program is an endless loop.
const patience = 200

// runAlone implements Step and Run: one thread runs alone.
func (w *World) runAlone(tid int, single bool) (tracee.Event, error) {
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
	w.alone(th, single)
	w.wake(th)
	var long []string
	if w.stubborn && !single && th.Rseq.Area != 0 {
		long = []string{"takes long"}
	}
	for n := 0; ; n++ {
		if n > patience {
			w.broken("thread %d runs for ever", tid)
			return w.kill(), nil
		}
		if ev, stops := w.outside(th, long...); stops {
			return ev, nil
		}
		if w.asked && !single {
			w.asked = false
			return tracee.Event{Kind: tracee.EventInterrupt, TID: tid}, nil
		}
		if ev, stops := w.execute(th); stops {
			return ev, nil
		}
		if single {
			return tracee.Event{Kind: tracee.EventStep, TID: tid}, nil
		}
	}
}

// alone checks that no other thread runs while one is stepped: it may be at a breakpoint,
// which is removed meanwhile. A thread without its registration may only be stepped.
func (w *World) alone(th *Thread, single bool) {
	for _, o := range w.threads {
		if o != th && !o.held && (th.Rseq.Area == 0 || single) {
			w.broken("thread %d is stepped while thread %d runs", th.TID, o.TID)
		}
		if o != th && o.Rseq.Area == 0 {
			w.broken("thread %d is resumed while thread %d is without its registration", th.TID, o.TID)
		}
	}
	if th.Rseq.Area == 0 && !single {
		w.broken("thread %d runs without its registration", th.TID)
	}
	if th.Rseq.Area == 0 && !th.Pinned {
		w.broken("thread %d is stepped without its registration and not pinned", th.TID)
	}
}

// Step implements tracee.Target.
func (w *World) Step(tid, _ int, _ time.Duration) (tracee.Event, error) { return w.runAlone(tid, true) }

// Run implements tracee.Target.
func (w *World) Run(tid, _ int, _ time.Duration) (tracee.Event, error) { return w.runAlone(tid, false) }

// Resume implements tracee.Target. The program ignores signals.
func (w *World) Resume(tid, _ int) error {
	th, err := w.find(tid)
	if err != nil || w.Queued(tid) {
		return err
	}
	if th.Rseq.Area == 0 {
		w.broken("thread %d is resumed without its registration", tid)
	}
	th.held = false
	w.wake(th)
	return nil
}

// ResumeInPlace implements tracee.Target.
func (w *World) ResumeInPlace(tid, sig int) error { return w.Resume(tid, sig) }

// ResumeStep implements tracee.Target. No instruction of this machine blocks.
func (w *World) ResumeStep(tid, sig int) error {
	w.broken("the single step of thread %d did not complete", tid)
	return w.Resume(tid, sig)
}

// Wait runs the resumed threads, one instruction at a time, until one of them
// stops.
func (w *World) Wait() (tracee.Event, error) {
	return w.WaitFor(anyEvent)
}

// WaitFor implements tracee.Target.
func (w *World) WaitFor(wanted func(*tracee.Event) bool) (tracee.Event, error) {
	for n := 0; ; n++ {
		if ev, ok := w.queue.next(wanted); ok {
			return ev, nil
		}
		if !w.alive {
			return tracee.Event{}, syscall.ESRCH
		}
		var runs []*Thread
		for _, th := range w.threads {
			if !th.held {
				runs = append(runs, th)
			}
		}
		if len(runs) == 0 {
			return tracee.Event{}, syscall.ECHILD
		}
		if n > patience {
			w.broken("the program runs for ever")
			return w.kill(), nil
		}
		th := runs[w.running%len(runs)]
		if n%30 == 29 { // its time slice is over
			w.running++
			w.interrupted(th)
			continue
		}
		ev, stops := w.outside(th, "other", "exit")
		if !stops && w.asked {
			w.asked = false
			ev, stops = tracee.Event{Kind: tracee.EventInterrupt, TID: th.TID}, true
		}
		if !stops && w.alive && w.Thread(th.TID) == th {
			ev, stops = w.execute(th)
		}
		if stops {
			th.held, th.long = true, false
			if ev.Kind == tracee.EventInterrupt {
				return ev, nil
			}
			w.queue.push(ev)
		}
	}
}

// Hold stops every thread. Meanwhile a thread may still reach a breakpoint,
// receive a signal, or exit.
func (w *World) Hold() error {
	for _, th := range append([]*Thread(nil), w.threads...) {
		if th.held {
			continue
		}
		th.held, th.trapped, th.long = true, true, false
		switch w.happens("runs on", "signal", "exit", "kill") {
		case "runs on":
			for range 6 {
				if _, stops := w.execute(th); stops {
					break // an unreported breakpoint hit: the thread hits it again
				}
			}
			th.Regs.W[amd64.EFLAGS] &^= resumeFlag
		case "signal":
			if th.Mask>>(signal-1)&1 == 0 {
				w.queue.push(tracee.Event{Kind: tracee.EventSignal, TID: th.TID, Signal: signal})
			}
		case "exit":
			if th.TID != 1 {
				w.drop(th.TID)
				w.queue.push(tracee.Event{Kind: tracee.EventExit, TID: th.TID})
			}
		case "kill":
			w.queue = append(w.queue[:0:0], w.kill())
			return nil
		}
	}
	return nil
}

// Queued implements tracee.Target.
func (w *World) Queued(tid int) bool { return w.queue.of(tid) }

// Interrupt does nothing: no time passes on this machine, so a timer's
// interrupt has no purpose, and the user's is a decision.
func (w *World) Interrupt() {}
