package points

import (
	"errors"
	"slices"

	"rseqstep/stepper/ledger"
	"rseqstep/stepper/tracee"
	"rseqstep/table"
)

// guard is Book.Guard: whether an owner's breakpoint may stand at a. Errors: those of
// rseq.Sections.Guard, GuardOwn and GuardAborting.
func (s *Set) guard(a table.Addr, o ledger.Owner) error {
	switch o.Why {
	case ledger.Asked:
		return s.sections.Guard(a)
	case ledger.Aborting:
		return s.sections.GuardAborting(a)
	}
	return s.sections.GuardOwn(a)
}

// plant inserts everything that an enabled breakpoint needs.
func (s *Set) plant(b *Breakpoint) error {
	switch {
	case !s.host.Alive() || !b.Enabled:
		return nil
	case b.Kind == CatchSyscall:
		return s.reportSyscalls(true)
	case b.Kind.Catches():
		return nil
	case b.Kind.Watches():
		return s.plantWatch(b)
	}
	if err := s.plantInside(b); err != nil {
		return err
	}
	for _, p := range b.Places {
		if p.Off || p.Trap != 0 || b.at(p.Addr) {
			continue
		}
		var err error
		if b.Kind == Software {
			err = s.traps.Plant(p.Addr, b.asker())
		} else {
			err = s.traps.SetDebug(b.asker(), tracee.DebugExecute, p.Addr, 1)
		}
		if err != nil {
			return err
		}
		b.planted = append(b.planted, p.Addr)
	}
	return nil
}

// plantWatch sets a debug register for a watchpoint.
func (s *Set) plantWatch(b *Breakpoint) error {
	if len(b.planted) > 0 || b.Pending {
		return nil
	}
	b.old = s.watchedBytes(b)
	kind := tracee.DebugWrite
	if b.Kind != WatchWrite {
		kind = tracee.DebugReadWrite
	}
	if err := s.traps.SetDebug(b.asker(), kind, b.Watch, b.WatchLength); err != nil {
		return err
	}
	b.planted = []table.Addr{b.Watch}
	return nil
}

// plantInside inserts a breakpoint on the arming store of every section that contains a place of
// b. It moves a place inside an exclusive sequence to the sequence's load.
func (s *Set) plantInside(b *Breakpoint) error {
	for i := range b.Places {
		p := &b.Places[i]
		if p.Off {
			continue
		}
		if q, ok := s.sections.SequenceAround(p.Addr); ok {
			p.Asked, p.Addr = p.Addr, q.Load
		}
		trap, err := s.sections.InsideTrap(p.Addr)
		if err != nil {
			return err
		}
		p.Trap = trap
		if trap == 0 || slices.Contains(b.traps, trap) {
			continue
		}
		if err := s.traps.Plant(trap, b.insider()); err != nil {
			return err
		}
		b.traps = append(b.traps, trap)
	}
	return nil
}

// uproot removes what was inserted for a breakpoint. The ledger keeps what fails and removes it
// later.
func (s *Set) uproot(b *Breakpoint) error {
	var err error
	for _, a := range b.traps {
		err = errors.Join(err, s.traps.Unplant(a, b.insider()))
	}
	for _, start := range b.inside {
		if s.watched[start]--; s.watched[start] <= 0 {
			delete(s.watched, start)
		}
	}
	b.traps, b.inside = nil, nil
	switch {
	case b.Kind == CatchSyscall:
		return errors.Join(err, s.reportSyscalls(false))
	case b.Kind.Catches():
		return err
	case b.Kind == Software:
		for _, a := range b.planted {
			err = errors.Join(err, s.traps.Unplant(a, b.asker()))
		}
	default:
		err = errors.Join(err, s.traps.FreeDebug(b.asker()))
	}
	b.planted = nil
	return err
}

// UprootAll removes all breakpoints from the program, before a detach.
func (s *Set) UprootAll() (err error) {
	for _, b := range s.list {
		err = errors.Join(err, s.uproot(b))
	}
	return err
}

// PlantAll inserts them again if the detach has failed.
func (s *Set) PlantAll() (err error) {
	for _, b := range s.list {
		err = errors.Join(err, s.plant(b))
	}
	return err
}

// Ended removes the entries of a process that has ended.
func (s *Set) Ended() {
	clear(s.watched)
	for _, b := range s.list {
		b.planted, b.traps, b.inside = nil, nil, nil
	}
}

// reportSyscalls makes the target report system calls if a catchpoint needs that. made: so does a
// catchpoint that is not in the list yet.
func (s *Set) reportSyscalls(made bool) error {
	if !s.host.Alive() {
		return nil
	}
	return s.host.ReportSyscalls(made || slices.ContainsFunc(s.list, func(b *Breakpoint) bool { return b.Enabled && b.Kind == CatchSyscall }))
}
