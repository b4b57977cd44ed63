package drive

import (
	"sync/atomic"
	"time"
)

// Watchdog looks after a line step, which runs natively and so sees nothing of
// the sections on its way: when it has not ended after a while, the thread is
// stepped by units for a moment, and where it turns out to be in a section's
// endless loop, the ladder is climbed (DESIGN 4.4). It serves a whole step: a
// loop may lead out of the line and back again each round, which takes a journey
// each.
type Watchdog struct {
	timer  *time.Timer
	period time.Duration
	fired  atomic.Bool
	bark   func()             // called on a goroutine of the timer's
	look   func(*Move) Answer // nil: the move looks itself (Move.Overdue)

	// Of the look under way, which may go on from one journey to the next.
	looking     bool
	Found       bool // a section was passed in vain
	steps, idle int  // instructions so far, and since the last such pass
}

// The first look comes after FirstLook; each one that finds nothing doubles
// the wait, so that a line that takes long for good reasons is left in peace.
const (
	FirstLook = time.Second
	lastLook  = 16 * time.Second
)

// Watch begins to look after a step: look is asked when it takes long, with every
// thread held, before they go on.
func (d *Driver) Watch(look func(*Move) Answer) *Watchdog {
	return newWatchdog(look, d.target.Interrupt)
}

func newWatchdog(look func(*Move) Answer, bark func()) *Watchdog {
	w := &Watchdog{period: FirstLook, look: look, bark: bark}
	w.timer = time.AfterFunc(w.period, func() {
		w.fired.Store(true)
		w.bark()
	})
	return w
}

// Stop ends the watch; nil has none.
func (w *Watchdog) Stop() {
	if w != nil {
		w.timer.Stop()
	}
}

// due reports whether it is time to look, or a look is under way.
func (w *Watchdog) due() bool {
	if w == nil {
		return false
	}
	if w.fired.Swap(false) {
		w.Begin()
	}
	return w.looking
}

// Seldom puts the first look off: what runs has been looked at.
func (w *Watchdog) Seldom() {
	w.period = lastLook
	w.timer.Reset(w.period)
}

// Begin begins a look, unless one is under way.
func (w *Watchdog) Begin() {
	if !w.looking {
		w.looking, w.Found, w.steps, w.idle = true, false, 0, 0
	}
}

// More counts an instruction of a look and reports whether there is a next one.
// fruitless: a section was passed in vain by it.
func (w *Watchdog) More(fruitless bool) bool {
	w.steps++
	w.idle++
	if fruitless {
		w.Found, w.idle = true, 0
	}
	return w.steps < lookStepsMost && w.idle < lookSteps
}

// Again sets the time for the next look.
func (w *Watchdog) Again(found bool) {
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

// look has a move looked after that takes long, unless its thread has something to
// report, which means that it has moved on.
func (d *Driver) look(m *Move) Answer {
	if err := d.Pause(); err != nil {
		return Fails(err)
	}
	watch, th := m.Watchdog, m.Thread
	looks := d.Knows(th) && !d.target.Queued(th.TID)
	if looks {
		if err := d.Load(th); err != nil {
			return Fails(err)
		}
		// It may have run into a trap that is not told yet: that is met again.
		pc := th.Regs.PC()
		looks = !d.book.TrapAt(pc) || th.StoppedAt == pc
	}
	if !looks {
		watch.Again(watch.Found)
		return Answer{}
	}
	return watch.look(m)
}
