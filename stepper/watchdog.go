package stepper

import (
	"sync/atomic"
	"time"
)

// watchdog looks after a line step, which runs natively and so sees nothing of
// the sections on its way: when it has not ended after a while, the thread is
// stepped by units for a moment, and where it turns out to be in a section's
// endless loop, the ladder is climbed (DESIGN 4.4). It serves a whole step: a
// loop may lead out of the line and back again each round, which takes a journey
// each.
type watchdog struct {
	timer  *time.Timer
	period time.Duration
	fired  atomic.Bool
	bark   func()

	// Of the look under way, which may go on from one journey to the next.
	looking     bool
	found       bool // a section was passed in vain
	steps, idle int  // instructions so far, and since the last such pass
}

// The first look comes after firstLook; each one that finds nothing doubles
// the wait, so that a line that takes long for good reasons is left in peace.
const (
	firstLook = time.Second
	lastLook  = 16 * time.Second
)

func (e *Engine) watchLine() *watchdog { return startWatchdog(e.target.Interrupt) }

func startWatchdog(bark func()) *watchdog {
	w := &watchdog{period: firstLook, bark: bark}
	w.timer = time.AfterFunc(w.period, func() {
		w.fired.Store(true)
		w.bark()
	})
	return w
}

func (w *watchdog) end() {
	if w != nil {
		w.timer.Stop()
	}
}

// due reports whether it is time to look, or a look is under way.
func (w *watchdog) due() bool {
	if w == nil {
		return false
	}
	if w.fired.Swap(false) {
		w.look()
	}
	return w.looking
}

// seldom puts the first look off: what runs has been looked at.
func (w *watchdog) seldom() {
	w.period = lastLook
	w.timer.Reset(w.period)
}

// look begins a look, unless one is under way.
func (w *watchdog) look() {
	if !w.looking {
		w.looking, w.found, w.steps, w.idle = true, false, 0, 0
	}
}

// more counts an instruction of a look and reports whether there is a next one.
// fruitless: a section was passed in vain by it.
func (w *watchdog) more(fruitless bool) bool {
	w.steps++
	w.idle++
	if fruitless {
		w.found, w.idle = true, 0
	}
	return w.steps < lookStepsMost && w.idle < lookSteps
}

// again sets the time for the next look.
func (w *watchdog) again(found bool) {
	w.looking = false
	if !found {
		w.period = min(2*w.period, lastLook)
	}
	w.timer.Reset(w.period)
}

// A look ends after so many instructions without a fruitless pass of a
// section; after the larger number in any case.
const (
	lookSteps     = 2000
	lookStepsMost = 100000
)

// sample steps the thread of a move by units until the look is over, or the thread
// has come to a trap. It goes on when there is nothing more to look at.
func (e *Engine) sample(m *move) answer {
	if err := e.pause(); err != nil {
		return fails(err)
	}
	watch, th := m.watchdog, m.th
	looks := e.threads[th.tid] == th && !e.target.Queued(th.tid)
	if looks {
		if err := e.load(th); err != nil {
			return fails(err)
		}
		// It may have run into a trap that is not told yet: that is met again.
		pc := th.regs.PC()
		looks = !e.book.TrapAt(pc) || th.stoppedAt == pc
	}
	if !looks {
		watch.again(watch.found)
		return answer{}
	}
	before := th.fruitless
	return then(e.unit(th), func() answer {
		if a := stopped(e.arrivedAtBreak(th)); !a.goesOn() {
			return a
		}
		if !watch.more(th.fruitless != before) {
			watch.again(watch.found)
		}
		if a := e.atTrap(th, th.regs.PC()); !a.goesOn() {
			return a
		}
		if e.interrupt.take() {
			return stopped(&Stop{Reason: StopInterrupt, TID: th.tid}, nil)
		}
		return answer{}
	})
}
