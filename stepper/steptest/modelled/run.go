package modelled

import (
	"syscall"
	"time"

	"rseqstep/stepper"
)

// resumeFlag is EFLAGS.RF.
const resumeFlag = 1 << 16

// execute runs one instruction of a thread, or says what it stopped for instead.
func (w *World) execute(th *Thread) (stepper.Event, bool) {
	pc := th.Regs.PC()
	th.trapped = true // it stops by an exception, if it does
	if w.last[th.cpu] != th.TID {
		w.last[th.cpu] = th.TID
		w.turns[th.cpu]++
	}
	if th.Regs.Eflags&resumeFlag == 0 {
		for slot, d := range th.Debug {
			if d.kind == stepper.DebugExecute && d.addr == pc {
				th.Regs.Eflags |= resumeFlag
				return stepper.Event{Kind: stepper.EventDebug, TID: th.TID, Slot: slot, Slots: 1 << slot}, true
			}
		}
	}
	th.Regs.Eflags &^= resumeFlag
	if w.faults && pc == Load && w.happens("fault") != "" {
		return stepper.Event{Kind: stepper.EventSignal, TID: th.TID, Signal: faultSignal}, true
	}
	if w.planted[pc] {
		return stepper.Event{Kind: stepper.EventBreakpoint, TID: th.TID, Addr: pc}, true
	}
	if !w.step(th) {
		w.broken("thread %d executes at %v, where there is nothing", th.TID, pc)
		return w.kill(), true
	}
	return stepper.Event{}, false
}

// outside lets something happen to a running thread before its next instruction.
func (w *World) outside(th *Thread, more ...string) (ev stepper.Event, stops bool) {
	if th.pending != 0 && th.Mask>>(signal-1)&1 == 0 {
		th.pending = 0
		return stepper.Event{Kind: stepper.EventSignal, TID: th.TID, Signal: signal}, true
	}
	switch w.happens(append([]string{"signal", "preemption", "migration", "interrupt", "kill"}, more...)...) {
	case "signal":
		th.trapped = true
		th.pending = signal
		if th.Mask>>(signal-1)&1 == 0 {
			th.pending = 0
			return stepper.Event{Kind: stepper.EventSignal, TID: th.TID, Signal: signal}, true
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
		return stepper.Event{Kind: stepper.EventBlocked, TID: th.TID}, true
	case "exit":
		if th.TID != 1 {
			w.drop(th.TID)
			return stepper.Event{Kind: stepper.EventExit, TID: th.TID}, true
		}
	}
	return stepper.Event{}, false
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

// let is Step and Run: a thread goes on alone.
func (w *World) let(tid int, single bool) (stepper.Event, error) {
	th, err := w.find(tid)
	if err != nil {
		return stepper.Event{}, err
	}
	if ev, ok := w.queue.take(tid); ok {
		ev.Still = true
		return ev, nil
	}
	if w.asked {
		w.asked = false
		return stepper.Event{Kind: stepper.EventInterrupt, TID: tid, Still: true}, nil
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
			return stepper.Event{Kind: stepper.EventInterrupt, TID: tid}, nil
		}
		if ev, stops := w.execute(th); stops {
			return ev, nil
		}
		if single {
			return stepper.Event{Kind: stepper.EventStep, TID: tid}, nil
		}
	}
}

// alone checks that nobody runs beside a thread that is stepped: it may stand at a
// breakpoint, which is taken out meanwhile. A thread without its registration may
// only be stepped.
func (w *World) alone(th *Thread, single bool) {
	for _, o := range w.threads {
		if o != th && !o.held && (th.Rseq.Area == 0 || single) {
			w.broken("thread %d is stepped while thread %d runs", th.TID, o.TID)
		}
		if o != th && o.Rseq.Area == 0 {
			w.broken("thread %d goes on while thread %d is without its registration", th.TID, o.TID)
		}
	}
	if th.Rseq.Area == 0 && !single {
		w.broken("thread %d runs without its registration", th.TID)
	}
	if th.Rseq.Area == 0 && !th.Pinned {
		w.broken("thread %d is stepped without its registration and not pinned", th.TID)
	}
}

// Step implements stepper.Target.
func (w *World) Step(tid, _ int, _ time.Duration) (stepper.Event, error) { return w.let(tid, true) }

// Run implements stepper.Target.
func (w *World) Run(tid, _ int, _ time.Duration) (stepper.Event, error) { return w.let(tid, false) }

// Resume implements stepper.Target. Signals are ignored by the program.
func (w *World) Resume(tid, _ int) error {
	th, err := w.find(tid)
	if err != nil || w.Queued(tid) {
		return err
	}
	if th.Rseq.Area == 0 {
		w.broken("thread %d is let go without its registration", tid)
	}
	th.held = false
	w.wake(th)
	return nil
}

// ResumeInPlace implements stepper.Target.
func (w *World) ResumeInPlace(tid, sig int) error { return w.Resume(tid, sig) }

// Wait lets the threads that were resumed run, one instruction at a time, until
// one of them stops.
func (w *World) Wait() (stepper.Event, error) {
	return w.WaitFor(anyEvent)
}

// WaitFor implements stepper.Target.
func (w *World) WaitFor(wanted func(*stepper.Event) bool) (stepper.Event, error) {
	for n := 0; ; n++ {
		if ev, ok := w.queue.next(wanted); ok {
			return ev, nil
		}
		if !w.alive {
			return stepper.Event{}, syscall.ESRCH
		}
		var runs []*Thread
		for _, th := range w.threads {
			if !th.held {
				runs = append(runs, th)
			}
		}
		if len(runs) == 0 {
			return stepper.Event{}, syscall.ECHILD
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
			ev, stops = stepper.Event{Kind: stepper.EventInterrupt, TID: th.TID}, true
		}
		if !stops && w.alive && w.Thread(th.TID) == th {
			ev, stops = w.execute(th)
		}
		if stops {
			th.held, th.long = true, false
			if ev.Kind == stepper.EventInterrupt {
				return ev, nil
			}
			w.queue.push(ev)
		}
	}
}

// Hold stops every thread. On the way one may still run to a breakpoint, be
// sent a signal, or exit.
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
					break // a breakpoint that nobody was told of: it is met again
				}
			}
			th.Regs.Eflags &^= resumeFlag
		case "signal":
			if th.Mask>>(signal-1)&1 == 0 {
				w.queue.push(stepper.Event{Kind: stepper.EventSignal, TID: th.TID, Signal: signal})
			}
		case "exit":
			if th.TID != 1 {
				w.drop(th.TID)
				w.queue.push(stepper.Event{Kind: stepper.EventExit, TID: th.TID})
			}
		case "kill":
			w.queue = append(w.queue[:0:0], w.kill())
			return nil
		}
	}
	return nil
}

// Queued implements stepper.Target.
func (w *World) Queued(tid int) bool { return w.queue.of(tid) }

// Interrupt does nothing: no time goes by on this machine, so a timer's is for
// nothing, and the user's is a decision.
func (w *World) Interrupt() {}
