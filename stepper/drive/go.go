package drive

import (
	"errors"

	"rseqstep/stepper/tracee"
)

// goSingle steps one instruction of a thread while the others are held.
func (d *Driver) goSingle(m *Move) Answer {
	th := m.Thread
	if sig := th.Deferred; !m.began && sig != 0 && th.Signal == 0 && !m.Quiet && !d.Holds {
		d.RestoreKept(th)
		th.Deferred = 0
		return d.handle(th, sig)
	}
	m.began = true
	if m.Quiet {
		if err := d.passQuietly(m); err != nil {
			return Fails(err)
		}
	}
	ev, err := d.resumeAndWait(m, tracee.Single)
	if err != nil {
		return Fails(err)
	}
	th.Fresh = false
	return d.on(ev, m)
}

// goNative runs a thread while the others are held.
func (d *Driver) goNative(m *Move) Answer {
	th := m.Thread
	if !m.Quiet {
		if a := d.beforeNative(m); !a.GoesOn() {
			return a
		}
		th.Runs++
	} else if err := d.passQuietly(m); err != nil {
		return Fails(err)
	}
	ev, err := d.resumeAndWait(m, tracee.Freely)
	if err != nil {
		return Fails(err)
	}
	if th.Fresh = false; !m.Keeps && !m.Quiet {
		th.RseqKnown = false
	}
	return d.on(ev, m)
}

// beforeNative steps a thread off a breakpoint that it has already hit, before goNative runs it.
func (d *Driver) beforeNative(m *Move) Answer {
	th := m.Thread
	if err := d.Load(th); err != nil {
		return Fails(err)
	}
	if d.stepsOff(th) {
		return Then(d.mind.Unit(th), nil)
	}
	if m.Lone {
		return Answer{}
	}
	if a := d.mind.First(); !a.GoesOn() {
		return a
	}
	return Fails(errors.Join(d.Pin(th), d.mind.Runs(th)))
}

// passQuietly removes the breakpoint that a thread in a quiet phase stands at. No other thread
// can reach it, because all of them are held.
func (d *Driver) passQuietly(m *Move) error {
	if err := d.Load(m.Thread); err != nil {
		return err
	}
	a := m.Thread.Regs.PC()
	if !d.book.TrapAt(a) || d.isLifted(a) {
		return nil
	}
	if was := m.lifted; was != 0 {
		m.lifted = 0
		if err := d.book.PutBack(was); err != nil {
			return err
		}
	}
	return d.Lift(m, a)
}

// goWide resumes every thread that may run and waits for an event.
func (d *Driver) goWide(m *Move) Answer {
	if !d.departed {
		if a := d.depart(m); !a.GoesOn() || !m.wide {
			return a
		}
	}
	ev, err := d.wait()
	if err != nil {
		return Fails(err)
	}
	return d.on(ev, m)
}
