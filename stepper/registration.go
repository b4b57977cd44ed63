package stepper

import (
	"errors"
	"fmt"
	"io"

	"rseqstep/stepper/ledger"
	"rseqstep/stepper/rseq"
	"rseqstep/table"
)

// liftRegistration begins a quiet phase.
// Precondition: every other thread is held, and the thread is in no live section.
func (e *Engine) liftRegistration(th *thread) error {
	if th.quiet != nil {
		return nil
	}
	if err := e.drive.Registration(th.Thread); err != nil {
		return err
	}
	if !th.Rseq.Registered() {
		return errors.New("the thread has registered no rseq area")
	}
	// Pinned whatever the policy says: the section has read its CPU number, and must commit on
	// that CPU.
	if err := e.book.Pin(th.TID); err != nil {
		return err
	}
	if err := e.progress.Unwatch(th.Thread); err != nil {
		return err
	}
	c := th.Rseq
	area, err := e.writtenArea(th)
	if err != nil {
		return err
	}
	if err := e.drive.BlockSignals(th.Thread); err != nil {
		return err
	}
	slice := rseq.ParseArea(c, area).Slice
	rseq.ClearSlice(c, area)
	th.quiet, th.Lifted, th.Fresh = &quiet{config: c}, &c, false
	r := ledger.Registration{Config: c, Slice: slice.Enabled, Back: func() { e.probe(c) }}
	if err = e.book.Lift(th.TID, r, area); err == nil {
		err = e.load(th)
	}
	if err != nil {
		return errors.Join(err, e.restoreRegistration(th)) // the registration may be lifted in spite of the error
	}
	if cfa, _, ok := e.symbols.Caller(&th.Regs, e.target); ok {
		th.quiet.CFA = cfa
	}
	return nil
}

// restoreRegistration ends a quiet phase: it registers the area again and restores the
// affinity. If the thread is inside a section, the section is armed then, and the kernel
// restarts it when the thread resumes. ESRCH says that the thread has been killed.
func (e *Engine) restoreRegistration(th *thread) error {
	q := th.quiet
	if q == nil {
		return nil
	}
	if !e.target.Alive() || !e.drive.Knows(th.Thread) {
		th.quiet, th.Lifted = nil, nil
		return nil
	}
	th.Fresh, th.RseqKnown = false, false
	var arms *table.Placed
	if q.Entered {
		arms = q.Placed
	}
	if err := e.book.Restore(th.TID, arms); err != nil {
		return err // not restored yet: see restoreRest
	}
	th.quiet, th.Lifted = nil, nil
	return errors.Join(e.load(th), e.drive.UnblockSignals(th.Thread), e.unpin())
}

// writtenArea is the content of a thread's registered rseq area, with the id fields as the
// kernel has written them. Since Linux 6.19 they contain -1 from the registration until the
// thread has run (rseq_register, kernel/rseq.c).
func (e *Engine) writtenArea(th *thread) ([]byte, error) {
	area := make([]byte, th.Rseq.Size)
	for again := false; ; again = true {
		if n, err := e.target.ReadMemory(th.Rseq.Area, area); n < len(area) {
			return nil, fmt.Errorf("the rseq area of thread %d at %v cannot be read: %w", th.TID, th.Rseq.Area, errors.Join(err, io.ErrUnexpectedEOF))
		}
		if again || rseq.ParseArea(th.Rseq, area).CPU >= 0 {
			return area, nil
		}
		th.Fresh = false
		if err := e.target.StepAside(th.TID); err != nil {
			return nil, err
		}
		if err := e.load(th); err != nil {
			return nil, err
		}
	}
}
