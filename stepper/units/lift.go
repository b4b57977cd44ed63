package units

import (
	"errors"
	"fmt"
	"io"

	"rseqstep/stepper/drive"
	"rseqstep/stepper/ledger"
	"rseqstep/stepper/rseq"
	"rseqstep/table"
)

// Lift begins a quiet phase.
// Precondition: every other thread is held, and the thread is in no live section.
func (p *Phases) Lift(th *drive.Thread) error {
	if p.In(th) {
		return nil
	}
	if err := p.Drive.Registration(th); err != nil {
		return err
	}
	if !th.Rseq.Registered() {
		return errors.New("the thread has registered no rseq area")
	}
	// Pinned whatever the policy says: the section has read its CPU number, and must commit on
	// that CPU.
	if err := p.Book.Pin(th.TID); err != nil {
		return err
	}
	if err := p.Passes.Unwatch(th); err != nil {
		return err
	}
	c := th.Rseq
	area, err := p.writtenArea(th)
	if err != nil {
		return err
	}
	if err := p.Drive.BlockSignals(th); err != nil {
		return err
	}
	slice := rseq.ParseArea(c, area).Slice
	rseq.ClearSlice(c, area)
	q := &phase{config: c}
	p.of[th], th.Lifted, th.Fresh = q, &c, false
	r := ledger.Registration{Config: c, Slice: slice.Enabled, Back: func() { p.Registration.Probe(c) }}
	if err = p.Book.Lift(th.TID, r, area); err == nil {
		err = p.Drive.Load(th)
	}
	if err != nil {
		return errors.Join(err, p.Restore(th)) // the registration may be lifted in spite of the error
	}
	if cfa, caller, ok := p.Symbols.Caller(&th.Regs, p.Target); ok {
		q.CFA, q.Back = cfa, caller.PC()
	}
	return nil
}

// Restore ends a quiet phase: it registers the area again and restores the
// affinity. If the thread is inside a section, the section is armed then, and the kernel
// restarts it when the thread resumes. ESRCH says that the thread has been killed.
func (p *Phases) Restore(th *drive.Thread) error {
	q := p.of[th]
	if q == nil {
		return nil
	}
	if !p.Target.Alive() || !p.Drive.Knows(th) {
		p.end(th)
		return nil
	}
	th.Fresh, th.RseqKnown = false, false
	var arms *table.Placed
	if q.Entered {
		arms = q.Placed
	}
	if err := p.Book.Restore(th.TID, arms); err != nil {
		return err // the book restores it later
	}
	p.end(th)
	return errors.Join(p.Drive.Load(th), p.Drive.UnblockSignals(th), p.Book.Unpin())
}

// writtenArea is the content of a thread's registered rseq area, with the id fields as the
// kernel has written them. Since Linux 6.19 they contain -1 from the registration until the
// thread has run (rseq_register, kernel/rseq.c).
func (p *Phases) writtenArea(th *drive.Thread) ([]byte, error) {
	area := make([]byte, th.Rseq.Size)
	for again := false; ; again = true {
		if n, err := p.Target.ReadMemory(th.Rseq.Area, area); n < len(area) {
			return nil, fmt.Errorf("the rseq area of thread %d at %v cannot be read: %w", th.TID, th.Rseq.Area, errors.Join(err, io.ErrUnexpectedEOF))
		}
		if again || rseq.ParseArea(th.Rseq, area).CPU >= 0 {
			return area, nil
		}
		th.Fresh = false
		if err := p.Target.StepAside(th.TID); err != nil {
			return nil, err
		}
		if err := p.Drive.Load(th); err != nil {
			return nil, err
		}
	}
}
