package stepper

import (
	"sync/atomic"
	"time"
)

// watchdog looks after a line step, which runs natively and so sees nothing of
// the sections on its way: when it has not ended after a while, the thread is
// stepped by units for a moment, and where it turns out to be in a section's
// endless loop, the ladder is climbed (DESIGN 4.4).
type watchdog struct {
	timer  *time.Timer
	period time.Duration
	fired  atomic.Bool
	bark   func()
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

// due reports, once, that it is time to look.
func (w *watchdog) due() bool { return w != nil && w.fired.Swap(false) }

// again sets the time for the next look.
func (w *watchdog) again(found bool) {
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

// sample steps the thread of a journey by units for a while.
func (e *Engine) sample(ev Event, tr *traps) (arrived bool, stop *Stop, err error) {
	if err := e.pause(); err != nil {
		return false, nil, err
	}
	th, ok := e.threads[tr.tid]
	found := false
	seen := 0
	if ok {
		seen = th.fruitless
	}
	for n, idle := 0, 0; ok && n < lookStepsMost && idle < lookSteps; n++ {
		if e.target.Queued(th.tid) {
			break // its own event comes first
		}
		stop, err := e.stepOne(th)
		if stop == nil && err == nil {
			stop, err = e.arrivedAtBreak(th)
		}
		if stop != nil || err != nil {
			return false, stop, err
		}
		if err := e.load(th); err != nil {
			stop, err := e.vanished(th, err)
			return false, stop, err
		}
		if decide, ok := tr.at[th.regs.PC()]; ok {
			if arrived, stop, err := decide(th); arrived || stop != nil || err != nil {
				return arrived, stop, err
			}
		}
		idle++
		if th.fruitless != seen {
			found, idle, seen = true, 0, th.fruitless
		}
		if e.asked.Load() {
			e.asked.Store(false)
			return false, &Stop{Reason: StopInterrupt, TID: th.tid}, nil
		}
	}
	tr.watchdog.again(found)
	stop, err = e.release(tr.tid)
	return false, stop, err
}
