package call

import (
	"errors"
	"syscall"

	"rseqstep/stepper/drive"
	"rseqstep/stepper/machine"
	"rseqstep/stepper/tracee"
)

// restore restores a thread to its state before a call that has returned, and forgets that call
// and those inside it.
func (c *Calls) restore(th *drive.Thread, f *Frame) error { return c.restoreTo(th, f, f.regs) }

// Undo does so for a call that has not returned.
func (c *Calls) Undo(th *drive.Thread, f *Frame) error {
	// A pending signal-delivery-stop belongs to the function, and the mask may, too.
	if err := errors.Join(c.target.DropSignal(th.TID), c.target.SetSignalMask(th.TID, f.mask)); err != nil {
		return err
	}
	r := f.regs
	r.Restart() // the thread may be stopped in another system call, where the kernel cannot learn of this one (ptrace.SetRegs)
	return c.restoreTo(th, f, r)
}

func (c *Calls) restoreTo(th *drive.Thread, f *Frame, r machine.Regs) error {
	if err := c.target.SetXState(th.TID, f.area); err != nil {
		return err
	}
	if err := c.target.SetRegs(th.TID, &r); err != nil {
		return err
	}
	th.Signal, th.View = f.signal, f.view
	th.StoppedAt, th.Fresh = 0, false
	c.Drop(th, f)
	if t, ok := c.target.(tracee.CallingTarget); ok && f.signal != 0 && f.siginfo != nil {
		if err := t.RestoreSignal(th.TID, f.signal, f.siginfo); err != nil {
			return err
		}
	}
	return c.threads.Load(th)
}

// UndoAll restores every thread to its state before its calls: if it were detached in them, it
// would return to an address where there is no code.
func (c *Calls) UndoAll() error {
	var err error
	for th, list := range c.of {
		if !c.threads.Knows(th) || !c.target.Alive() {
			continue
		}
		if failed := c.Undo(th, list[0]); !errors.Is(failed, syscall.ESRCH) {
			err = errors.Join(err, failed)
		}
	}
	return err
}
