package stepper

import (
	"bytes"
	"errors"
	"fmt"
	"syscall"

	"rseqstep/stepper/unit"
	"rseqstep/table"
)

// errThreadGone unwinds a command whose thread has gone, when the Stop says the rest.
var errThreadGone = errors.New("the thread is gone")

func isGone(err error) bool { return errors.Is(err, syscall.ESRCH) }

// vanished turns "no such process" into the event that explains it: a thread
// that vanished is a Stop, not an error.
func (e *Engine) vanished(th *thread, err error) (*Stop, error) {
	if !isGone(err) {
		return nil, err
	}
	if _, gone := e.target.SignalMask(th.tid); gone == nil {
		return nil, err // it is there: the request was refused for another reason
	}
	for {
		ev, werr := e.target.Wait()
		if werr != nil {
			return nil, errors.Join(err, werr)
		}
		switch ev.Kind {
		case EventProcessExit:
			return e.ended(ev), nil
		case EventExit:
			if stop := e.threadGone(ev); ev.TID == th.tid {
				return stop, nil
			}
		case EventSignal:
			e.adopt(ev.TID).signal = ev.Signal // it gets it when it goes on
		}
	}
}

// overtaken turns a Stop that the end of the process has overtaken into that end:
// exit_group(2) or SIGKILL took the other threads too, held as they were.
func (e *Engine) overtaken(stop *Stop) (*Stop, error) {
	for stop.Reason != StopExited && stop.Reason != StopKilled {
		if !e.target.Alive() {
			ev, err := e.target.Wait()
			if err != nil {
				return stop, err
			}
			if ev.Kind == EventProcessExit {
				return e.ended(ev), nil
			}
			continue
		}
		if stop.Reason != StopThreadExited {
			return stop, nil
		}
		th, ok := e.threads[e.current]
		if !ok {
			return stop, nil
		}
		if !e.target.Held(th.tid) {
			// A leader that has ended before its threads: another one is selected, and
			// where it is the only one left the process ends.
			if tid := e.anyHeld(); tid != 0 {
				e.current = tid
				continue
			}
			ev, err := e.target.Wait()
			switch {
			case err != nil:
				return stop, err
			case ev.Kind == EventProcessExit:
				return e.ended(ev), nil
			case ev.Kind == EventExit:
				e.threadGone(ev)
			}
			continue
		}
		// Its registers may be known still; this asks the kernel.
		_, err := e.target.SignalMask(th.tid)
		if err == nil {
			return stop, nil
		}
		th.fresh = false
		next, err := e.vanished(th, err)
		if err != nil {
			return stop, err
		}
		stop = next
	}
	return stop, nil
}

// anyHeld is a thread that is held, 0 for none.
func (e *Engine) anyHeld() int {
	for _, tid := range e.target.Threads() {
		if _, ok := e.threads[tid]; ok && e.target.Held(tid) {
			return tid
		}
	}
	return 0
}

// ended records the end of the process.
func (e *Engine) ended(ev Event) *Stop {
	stop := &Stop{Reason: StopExited, TID: ev.TID, Status: ev.Status}
	if ev.Status.Signaled {
		stop.Reason, stop.Signal = StopKilled, ev.Status.Signal
	}
	e.threads = map[int]*thread{}
	e.sites = map[table.Addr]int{}
	e.library, e.hook = 0, 0
	e.pinned = 0
	e.fork = nil
	for _, b := range e.breakpoints {
		b.planted, b.traps, b.inside = nil, nil, nil
	}
	return stop
}

// threadGone forgets a thread.
func (e *Engine) threadGone(ev Event) *Stop {
	if th := e.threads[ev.TID]; th != nil && len(th.called) > 0 {
		e.dropCall(th, th.called[0])
	}
	delete(e.threads, ev.TID)
	if e.current == ev.TID {
		e.current = 0
		for _, tid := range e.target.Threads() {
			if e.current == 0 || e.target.Held(tid) && !e.target.Held(e.current) {
				e.current = tid // not a leader that has ended before its threads
			}
		}
	}
	return &Stop{Reason: StopThreadExited, TID: ev.TID, Gone: ev.TID}
}

// signalStop reports a signal the user asked to see. It stays owed to the
// thread when the program is to have it.
func (e *Engine) signalStop(th *thread, ev Event) *Stop {
	th.signal = 0
	if e.signals.Of(ev.Signal).Pass {
		th.signal = ev.Signal
	} else if err := e.target.DropSignal(th.tid); err != nil && !isGone(err) {
		e.note("signal %d may still reach the program after detach: %v", ev.Signal, err)
	}
	return &Stop{Reason: StopSignal, TID: th.tid, Signal: ev.Signal}
}

// forked keeps the parent and lets the child go free of breakpoints, or the
// other way round, as the policy says.
func (e *Engine) forked(ev Event) error {
	return e.forkedAs(ev, e.policy.FollowFork)
}

// forkedAs is forked with the choice made. Until it is carried out the fork stays
// undecided: the next command tries again, for a parent that waits for a child
// which is held would wait for ever.
func (e *Engine) forkedAs(ev Event, keep FollowFork) error {
	e.fork = &undecided{event: ev}
	var err error
	if keep == FollowChild {
		err = e.target.Follow(ev.Child)
	} else {
		err = e.target.DetachChild(ev.Child)
	}
	var r unit.Regs
	if err == nil || e.target.PID() == ev.Child || isGone(err) && e.target.Regs(ev.Child, &r) != nil {
		e.fork = nil
	}
	if keep == FollowChild {
		if e.target.PID() == ev.Child { // with an error, too, if something of it went wrong
			e.followed(ev)
		}
		return err
	}
	if err != nil {
		return err
	}
	e.child = ev.Child
	switch {
	case ev.Shared:
		e.note("the new process %d runs free of the debugger in the program's own memory, which is without breakpoints until it ends or executes another program", ev.Child)
	case e.calls != nil:
		e.note("the new process %d runs free of the debugger, and its cpu_opv calls are answered", ev.Child)
	default:
		e.note("the new process %d runs free of the debugger", ev.Child)
	}
	return nil
}

// followed goes on in the child: the command under way keeps its thread.
func (e *Engine) followed(ev Event) {
	th := e.adopt(ev.TID)
	th.tid, th.fresh, th.rseqKnown = ev.Child, false, false
	e.threads = map[int]*thread{ev.Child: th}
	e.current = ev.Child
	switch {
	case ev.Shared:
		e.note("following the new process %d in the memory of %d, which was let go: breakpoints stay out of it until %d executes another program", ev.Child, ev.TID, ev.Child)
	case e.calls != nil:
		e.note("following the new process %d; %d runs free of the debugger, and its cpu_opv calls are answered", ev.Child, ev.TID)
	default:
		e.note("following the new process %d; %d was let go", ev.Child, ev.TID)
	}
}

// executed starts over with the program that replaced the old one.
func (e *Engine) executed(ev Event) error {
	e.dropProgram()
	e.forget()
	e.adopt(ev.TID)
	e.current = ev.TID
	if !e.catch.Execs {
		e.note("process %d is executing new program: %s", e.target.PID(), e.target.Executable())
	}
	err := e.reload()
	if errors.Is(err, table.ErrNoMemory) {
		return fmt.Errorf("%w: %w", syscall.ESRCH, err) // killed since
	}
	return err
}

// userBreak decides whether the user's breakpoints at addr stop the thread.
// Precondition: every thread is held.
func (e *Engine) userBreak(th *thread, addr table.Addr) (*Stop, error) {
	return e.userBreakAt(th, addr, func(b *Breakpoint) bool { return contains(b.planted, addr) })
}

// userBreakAt is userBreak for the breakpoints that here says are at addr.
func (e *Engine) userBreakAt(th *thread, addr table.Addr, here func(*Breakpoint) bool) (*Stop, error) {
	var met []int
	var place Place
	for _, b := range e.breakpoints {
		if !b.Enabled || b.Kind > BreakHardware || b.Thread != 0 && b.Thread != th.tid || !here(b) {
			continue
		}
		if !e.comes(b, th) {
			continue
		}
		met = append(met, b.Number)
		for _, p := range b.Places {
			if p.Addr == addr {
				place = p
			}
		}
	}
	if met == nil {
		return nil, nil
	}
	e.showBreak(th, addr, place)
	if err := e.dropMet(met); err != nil {
		return nil, err
	}
	return &Stop{Reason: StopBreakpoint, TID: th.tid, PC: addr, Breakpoints: met}, nil
}

// showBreak shows the inlined call a breakpoint was set in, or else its caller.
func (e *Engine) showBreak(th *thread, pc table.Addr, place Place) {
	total, entering := e.symbols.Inlines(pc)
	depth := total - entering
	if entering > 0 && place.Function != "" {
		if f, ok := e.symbols.Function(pc); ok && f.Name != place.Function {
			depth = e.depthOf(pc, place.Line)
		}
	}
	th.show(pc, depth)
}

// depthOf is the innermost inline depth at which pc shows a line, among those
// of the calls that begin at pc; the innermost of all when none does.
func (e *Engine) depthOf(pc table.Addr, line Line) int {
	total, entering := e.symbols.Inlines(pc)
	for d := total; d >= total-entering; d-- {
		if l, ok := e.symbols.Line(pc, d); ok && l == line {
			return d
		}
	}
	return total
}

// debugHit decides at a debug register of the user's: a hardware breakpoint or
// a watchpoint, whose bytes must have changed (but for rwatch and awatch).
func (e *Engine) debugHit(th *thread, ev Event) (*Stop, error) {
	if ev.Slot < 0 || ev.Slot >= len(e.slots) {
		return nil, nil
	}
	b := e.breakpoint(e.slots[ev.Slot])
	if b == nil {
		return nil, nil
	}
	if b.Kind == BreakHardware {
		if err := e.load(th); err != nil {
			return e.vanished(th, err)
		}
		return e.userBreak(th, th.regs.PC())
	}
	if b.Thread != 0 && b.Thread != th.tid {
		return nil, nil
	}
	now := make([]byte, b.WatchLength)
	if n, err := e.target.ReadMemory(b.Watch, now); n < len(now) {
		return nil, err
	}
	was := b.old
	b.old = now
	if b.Kind == WatchWrite && bytes.Equal(was, now) {
		return nil, nil
	}
	if b.When != nil {
		if yes, err := e.holds(b, th); err == nil && !yes {
			return nil, nil
		}
	}
	if err := e.watchInside(th, b); err != nil {
		return nil, err
	}
	b.Hits++
	if b.Ignore > 0 {
		b.Ignore--
		return nil, nil
	}
	return &Stop{Reason: StopWatchpoint, TID: th.tid, Breakpoints: []int{b.Number},
		Watch: []WatchChange{{Number: b.Number, Expr: b.Location, Old: was, New: now}}}, nil
}

// holds decides a breakpoint's condition in the thread that met it.
func (e *Engine) holds(b *Breakpoint, th *thread) (bool, error) {
	selected := e.current
	defer func() { e.current = selected }()
	e.current = th.tid
	return b.When(th.tid)
}

// hardwareAt reports whether a hardware breakpoint of the user's is at a.
func (e *Engine) hardwareAt(a table.Addr) bool {
	if !e.hardware {
		return false
	}
	for _, b := range e.breakpoints {
		if b.Kind == BreakHardware && contains(b.planted, a) {
			return true
		}
	}
	return false
}

// stoodOnHardware reports whether an event is only the hardware breakpoint the
// thread stood on already: it is met before its instruction, so once more when
// going on from there, and nothing has run.
func (e *Engine) stoodOnHardware(th *thread, ev Event, from table.Addr) (bool, error) {
	if ev.Kind != EventDebug || !e.hardwareAt(from) {
		return false, nil
	}
	if err := e.load(th); err != nil {
		if isGone(err) {
			return false, nil
		}
		return false, err
	}
	return th.regs.PC() == from, nil
}
