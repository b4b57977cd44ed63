package watch

import (
	"slices"

	"rseqstep/stepper"
	"rseqstep/stepper/rseq"
	"rseqstep/table"
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
			err = w.stored(th, f)
		case arms:
			err = w.unregisteredArms(th, f)
		case calls:
			p, err = w.calls3(th, slot, f)
		}
		if err != nil {
			return stepper.Passage{}, err
		}
	}
	p.Stop = p.Stop || w.limits.Stop && w.Found()
	return p, nil
}

// stored notes a store to one of the kernel's fields.
func (w *Watch) stored(th *thread, f field) error {
	if !th.config.Registered() { // the area was expected: is it registered by now?
		if err := w.look(th); err != nil || !th.config.Registered() || f.at-th.config.Area >= rseq.AreaSize {
			return err
		}
	}
	r, err := w.engine.Regs(th.tid)
	if err != nil {
		return err
	}
	insn, found := w.o.Writer(&r, f.at, f.length)
	at, wrote := r.PC(), f
	if found {
		at = insn.Addr
		if a, n, ok := insn.StoreAddress(&r); ok {
			wrote = field{at: a, length: n}
		}
	}
	s, known := w.stores[at], true
	if s == nil {
		known = false
		s = &Store{Event: w.event(th.tid, at), Glibc: th.reg != nil && th.reg.Glibc, Size: th.config.Size}
		s.Value, _ = w.word(f.at)
		if f.length == 4 {
			s.Value &= 1<<32 - 1
		}
		w.stores[at] = s
		w.seen.Stores = append(w.seen.Stores, s)
	} else {
		s.again(th.tid)
	}
	for _, name := range th.fields(f, wrote) {
		if !slices.Contains(s.Fields, name) {
			s.Fields = append(s.Fields, name)
			known = false
		}
	}
	if !known {
		th.budget = w.limits.Thread
		return nil
	}
	if th.budget--; th.budget > 0 && s.Count < w.limits.Place {
		return nil
	}
	s.AtLeast = true
	th.tired = true
	return w.unwatch(th)
}

// fields names the kernel's fields that a store to some bytes has written; the debug register
// watched f.
func (th *thread) fields(f, wrote field) (names []string) {
	overlap := func(a table.Addr, n int, b table.Addr, m int) bool {
		return uint64(a-b) < uint64(m) || uint64(b-a) < uint64(n)
	}
	for _, k := range fieldNames() {
		a := th.config.Area + k.offset
		if overlap(a, 4, f.at, f.length) && overlap(a, 4, wrote.at, wrote.length) {
			names = append(names, k.name)
		}
	}
	if names == nil { // the registers have changed since the store, and its address is not known
		for _, k := range fieldNames() {
			if a := th.config.Area + k.offset; overlap(a, 4, f.at, f.length) {
				names = append(names, k.name)
			}
		}
	}
	return names
}
