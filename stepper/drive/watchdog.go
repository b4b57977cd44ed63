package drive

import (
	"sync/atomic"
	"time"
)

// Watchdog examines a line step that takes long. A line step runs at full speed and so does not
// see the sections that it executes. When the step has not ended after a while, the watchdog
// steps the thread by units for a moment; if the thread is in an endless loop around a section,
// it climbs the rungs of the ladder (DESIGN 4.4). A Watchdog serves a whole step: a loop may
// leave its line and return in each round, which makes one journey per round.
type Watchdog struct {
	timer  *time.Timer
	period time.Duration
	fired  atomic.Bool
	bark   func()             // called on a separate goroutine
	look   func(*Move) Answer // nil: the move has its own examination (Move.Overdue)

	// State of the current look, which may extend from one journey to the next.
	looking     bool
	Found       bool // a section was passed without a commit
	steps, idle int  // instructions so far, and since the last such pass
}

// The first look comes after FirstLook. Each look that finds nothing doubles the wait, so that
// the watchdog rarely disturbs a line that takes long for good reasons.
const (
	FirstLook = time.Second
	lastLook  = 16 * time.Second
)

// Watch starts a watchdog for a step. When the step takes long, the loop calls look with every
// thread held, before it resumes them.
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

// Stop ends the watchdog. w may be nil.
func (w *Watchdog) Stop() {
	if w != nil {
		w.timer.Stop()
	}
}

// due reports whether a look is due or in progress.
func (w *Watchdog) due() bool {
	if w == nil {
		return false
	}
	if w.fired.Swap(false) {
		w.Begin()
	}
	return w.looking
}

// Seldom postpones the first look, because the running code has already been examined.
func (w *Watchdog) Seldom() {
	w.period = lastLook
	w.timer.Reset(w.period)
}

// Begin begins a look, unless one is in progress.
func (w *Watchdog) Begin() {
	if !w.looking {
		w.looking, w.Found, w.steps, w.idle = true, false, 0, 0
	}
}

// More counts an instruction of a look and reports whether the look continues. fruitless: the
// instruction passed a section without a commit.
func (w *Watchdog) More(fruitless bool) bool {
	w.steps++
	w.idle++
	if fruitless {
		w.Found, w.idle = true, 0
	}
	return w.steps < lookStepsMost && w.idle < lookSteps
}

// Again sets the time of the next look.
func (w *Watchdog) Again(found bool) {
	w.looking = false
	if !found {
		w.period = min(2*w.period, lastLook)
	}
	w.timer.Reset(w.period)
}

// A look ends after the first number of instructions without a fruitless pass of a section, and
// after the second number in any case.
const (
	lookSteps     = 2000
	lookStepsMost = 100000
)

// look examines a move that takes long, unless its thread has an event to report, which shows
// that it has made progress.
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
		// The thread may have hit a trap that is not reported yet: it will hit it again.
		pc := th.Regs.PC()
		looks = !d.book.TrapAt(pc) || th.StoppedAt == pc
	}
	if !looks {
		watch.Again(watch.Found)
		return Answer{}
	}
	return watch.look(m)
}
