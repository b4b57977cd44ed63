package exercise

import (
	"encoding/binary"
	"errors"

	"rseqstep/stepper"
	"rseqstep/stepper/ledger"
	"rseqstep/stepper/tracee"
	"rseqstep/table"
)

// registers are the boundaries that the debug registers of a thread are set to.
type registers [ledger.Slots]*point

// Runs is stepper.Observer.Runs: it sets the thread's debug registers to boundaries at which no
// breakpoint can be written, as many as there are registers. A register goes on to another boundary
// when its own has had its aborts.
func (x *Exercise) Runs(tid int) error {
	if len(x.hard) == 0 {
		return nil
	}
	s := x.slots[tid]
	if s == nil {
		s = &registers{}
		x.slots[tid] = s
	}
	for n, pt := range s {
		if pt != nil && pt.left <= 0 {
			if err := x.o.Unwatch(tid, n); err != nil {
				return err
			}
			s[n] = nil
		}
	}
	for _, pt := range x.hard {
		if pt.left <= 0 || s.has(pt) {
			continue
		}
		n, err := x.o.BreakIn(tid, pt.at)
		if errors.Is(err, ledger.ErrNoSlot) {
			return nil
		}
		if err != nil {
			return err
		}
		s[n] = pt
	}
	return nil
}

func (s *registers) has(pt *point) bool {
	for _, have := range s {
		if have == pt {
			return true
		}
	}
	return false
}

// Stored is stepper.Observer.Stored: the thread is at a boundary that one of its debug registers is
// set to. If it has armed the section, the kernel restarts it there.
func (x *Exercise) Stored(tid, slots int) (stepper.Passage, error) {
	s := x.slots[tid]
	if s == nil {
		return stepper.Passage{}, nil
	}
	c, err := x.o.Registration(tid)
	if errors.Is(err, tracee.ErrNoRseq) {
		err = nil
	}
	if err != nil || !c.Registered() {
		return stepper.Passage{}, err
	}
	var b [8]byte
	if n, _ := x.engine.Target().ReadMemory(c.CSField(), b[:]); n < len(b) {
		return stepper.Passage{}, nil
	}
	armed := table.Addr(binary.LittleEndian.Uint64(b[:]))
	for n, pt := range s {
		if slots>>n&1 == 0 || pt == nil || pt.left <= 0 {
			continue
		}
		if pt.descriptor != armed {
			pt.section.Unarmed++
			continue
		}
		if _, err := x.aborted(tid, pt, true); err != nil {
			return stepper.Passage{}, err
		}
	}
	return stepper.Passage{}, nil
}
