package watch

import (
	"slices"

	"rseqstep/stepper"
	"rseqstep/stepper/rseq"
)

// Stored is stepper.Observer.Stored.
func (w *Watch) Stored(tid, slots int) (p stepper.Passage, err error) {
	th := w.thread(tid)
	for slot, f := range th.slots {
		if slots>>slot&1 == 0 {
			continue
		}
		switch f.kind {
		case written:
			p, err = w.stored(th, slot, f)
		case arms:
			err = w.unregisteredArms(th, f)
		case calls:
			p, err = w.calls3(th, slot, f)
		case points:
			err = w.pointed(th, slot, f)
		case others:
			p, err = w.othersStored(th, slot, f)
		}
		if err != nil {
			return stepper.Passage{}, err
		}
	}
	p.Stop = p.Stop || w.stops()
	return p, nil
}

// stored notes a store to one of the kernel's fields.
func (w *Watch) stored(th *thread, slot int, f field) (p stepper.Passage, err error) {
	if !th.config.Registered() { // the area was expected: is it registered by now?
		if err := w.look(th); err != nil || !th.config.Registered() || f.at-th.config.Area >= rseq.AreaSize {
			return p, err
		}
	}
	r, err := w.engine.Regs(th.tid)
	if err != nil {
		return p, err
	}
	at, wrote, ok := w.writer(&r, f)
	if !ok {
		return p, nil
	}
	p, ours, err := w.sliced(th, slot, f, wrote, at)
	if ours || err != nil {
		return p, err
	}
	th.wrote = true
	s, known := w.stores[at], true
	if s == nil {
		known = false
		s = &Store{Event: w.event(th.tid, at), Glibc: th.reg != nil && th.reg.Glibc, Size: th.config.Size}
		s.Value, _ = w.word(f.at)
		if f.at != th.config.Area {
			s.Value &= 1<<32 - 1
		}
		w.stores[at] = s
		w.seen.Stores = append(w.seen.Stores, s)
	} else {
		s.again(th.tid)
	}
	for _, name := range fieldsOf(th.config.Area, f, wrote) {
		if !slices.Contains(s.Fields, name) {
			s.Fields = append(s.Fields, name)
			known = false
		}
	}
	if !known {
		th.budget = w.limits.Thread
		return p, nil
	}
	if th.budget--; th.budget > 0 && s.Count < w.limits.Place {
		return p, nil
	}
	s.AtLeast = true
	th.tired = true
	return p, w.unwatch(th)
}
