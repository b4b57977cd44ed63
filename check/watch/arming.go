package watch

import (
	"errors"
	"slices"

	"rseqstep/check"
	"rseqstep/stepper"
	"rseqstep/stepper/ledger"
	"rseqstep/stepper/rseq"
	"rseqstep/stepper/tracee"
	"rseqstep/table"
)

// Loaded is stepper.Observer.Loaded.
func (w *Watch) Loaded() {
	image := w.engine.Image()
	w.unloaded(image)
	for _, th := range w.threads {
		th.round, th.turns = -1, 0 // what is loaded may have sections that no file declares
	}
	w.restart()
	w.modules = image.Modules()
	for _, m := range w.modules {
		if key := m.Path + m.Bias.String(); !w.scanned[key] {
			w.scanned[key] = true
			if w.once("file %s", m.Path) {
				w.seen.Files = append(w.seen.Files, m.Path)
			}
			w.findSites(m)
			w.signatures(m)
		}
	}
	w.syscall, _ = w.entersAt(nil)
	for _, p := range image.Sections() {
		if p.Module == nil || w.declared[p.Start] {
			continue
		}
		w.declared[p.Start] = true
		fresh, planted := w.once("section %s %v", p.Module.Path, p.Section.At), w.plantArming(p)
		if fresh {
			w.seen.Declared++
		}
		if fresh && !planted {
			w.seen.Unwatched++
		}
	}
}

// plantArming plants a trap at a section's arming store.
func (w *Watch) plantArming(p *table.Placed) bool {
	a, ok := w.o.Arming(p)
	if !ok {
		return false
	}
	if err := w.o.Plant(a); err != nil {
		return false // inside another section
	}
	w.armings[a] = append(w.armings[a], p)
	return true
}

// unloaded notes rseq_cs left pointing into a module that is gone, and forgets that module.
func (w *Watch) unloaded(image *table.Image) {
	for _, m := range w.modules {
		if now := image.ModuleAt(m.Low); now != nil && now.Path == m.Path && now.Bias == m.Bias {
			continue
		}
		for _, th := range w.threads {
			if th.armed != 0 && m.Contains(th.armed) {
				r, _ := w.engine.Regs(th.tid)
				w.seen.Left = append(w.seen.Left, &Left{Event: w.event(th.tid, r.PC()), Descriptor: th.armed, Module: m.Path})
				w.seen.Undeclared = slices.DeleteFunc(w.seen.Undeclared, func(u *Undeclared) bool { return u.Descriptor == th.armed })
			}
		}
		delete(w.scanned, m.Path+m.Bias.String())
		for a := range w.sites {
			if m.Contains(a) {
				delete(w.sites, a) // the trap is gone with the memory
			}
		}
		for a := range w.armings {
			if m.Contains(a) {
				delete(w.armings, a)
			}
		}
		for a := range w.declared {
			if m.Contains(a) {
				delete(w.declared, a)
			}
		}
	}
	for _, th := range w.threads {
		th.armed = w.pointer(th)
	}
}

// pointer is the content of a held thread's rseq_cs, 0 if it has none.
func (w *Watch) pointer(th *thread) table.Addr {
	c, err := w.o.Registration(th.tid)
	if err != nil || !c.Registered() {
		return 0
	}
	v, _ := w.word(c.CSField())
	return table.Addr(v)
}

// signatures notes the signatures of a module's sections.
func (w *Watch) signatures(m *table.Module) {
	if m.File == nil {
		return
	}
	for n := range m.File.Sections {
		s := &m.File.Sections[n]
		if v := s.Signature; v.Found && w.once("signature %s %d", m.Path, v.Value) {
			w.seen.Signatures = append(w.seen.Signatures, Signature{Module: m.Path, Value: v.Value, First: w.section(m.Place(s))})
		}
	}
}

// atArming is Reached at an arming store: the section's first entry.
func (w *Watch) atArming(tid int, at table.Addr, list []*table.Placed) (stepper.Passage, error) {
	r, err := w.engine.Regs(tid)
	if err != nil {
		return stepper.Passage{}, err
	}
	insn, err := w.o.Decode(at)
	if err != nil {
		return stepper.Passage{}, nil
	}
	to, _, ok := insn.StoreAddress(&r)
	if !ok {
		return stepper.Passage{}, nil
	}
	value, known := insn.FieldAfter(&r, w.engine.Target(), to)
	if known && value == 0 {
		return stepper.Passage{}, nil // it disarms
	}
	p := list[0]
	n := slices.IndexFunc(list, func(q *table.Placed) bool { return known && table.Addr(value) == q.Descriptor })
	var a *Arming
	if n >= 0 {
		p = list[n]
		a = w.arms(tid, at, p, to)
	} else if w.once("guess %s %v", p.Module.Path, p.Section.At) {
		w.seen.Unwatched++ // rseq.Sections.Arming has guessed, and another store stands here
	}
	for n, q := range list {
		if q == p {
			list = append(list[:n:n], list[n+1:]...)
			break
		}
	}
	if len(list) == 0 {
		delete(w.armings, at)
		err = w.o.Unplant(at)
	} else {
		w.armings[at] = list
	}
	return stepper.Passage{Stop: a != nil && w.stops()}, err
}

// arms notes that a thread is about to arm a section by a store to an address. It returns the
// note of a thread that arms wrongly. A thread that has not registered yet may enter sections:
// cpu_id of its area is negative then, and the section's comparison with it fails (rseq(2)).
func (w *Watch) arms(tid int, at table.Addr, p *table.Placed, to table.Addr) *Arming {
	w.entered(p)
	c, err := w.o.Registration(tid)
	if err != nil {
		return nil
	}
	a := &Arming{Stored: to, Config: c, Descriptor: p.Descriptor, CPU: rseq.CPU(w.engine.Target(), tracee.RseqConfig{Area: to - rseqCS})}
	if a.Right() || a.CPU < 0 {
		return nil
	}
	for _, have := range w.seen.Armings {
		if have.Descriptor == p.Descriptor && have.Config.Registered() == c.Registered() && have.Where.Process == check.Address(at) {
			have.again(tid)
			return nil
		}
	}
	a.Event, a.Section = w.event(tid, at), w.section(p)
	w.seen.Armings = append(w.seen.Armings, a)
	return a
}

// rseqCS is the offset of rseq_cs in struct rseq, bytes.
const rseqCS = 8

// entered counts a section.
func (w *Watch) entered(p *table.Placed) {
	if w.armed[p.Start] || p.Module == nil {
		return
	}
	w.armed[p.Start] = true
	if w.once("armed %s %v", p.Module.Path, p.Section.At) {
		w.seen.Armed++
	}
}

// watchArmings sets the free debug registers of a held thread without a registration to arming
// stores: whatever it arms, nothing protects.
func (w *Watch) watchArmings(th *thread) error {
	if th.tired || !w.lasting {
		return nil
	}
	n := 0
	for _, f := range th.slots {
		if f.kind == arms {
			return nil
		}
	}
	for start := range w.armed {
		for _, p := range w.engine.Image().AllAt(start) {
			a, ok := w.o.Arming(p)
			if !ok || p.Start != start {
				continue
			}
			slot, err := w.o.BreakIn(th.tid, a)
			if errors.Is(err, ledger.ErrNoSlot) {
				return nil
			}
			if err != nil {
				return err
			}
			th.slots[slot] = field{at: a, kind: arms}
			if n++; n == maxBreaks {
				return nil
			}
		}
	}
	return nil
}

// maxBreaks is how many debug registers a thread without a registration uses for arming stores.
const maxBreaks = 3

// unregisteredArms notes an arming in a thread without a registration, and looks for another
// section next time.
func (w *Watch) unregisteredArms(th *thread, f field) error {
	r, err := w.engine.Regs(th.tid)
	if err != nil {
		return err
	}
	if insn, err := w.o.Decode(f.at); err == nil {
		if to, _, ok := insn.StoreAddress(&r); ok {
			if value, known := insn.FieldAfter(&r, w.engine.Target(), to); known && value != 0 {
				if p := w.engine.Image().ByDescriptor(table.Addr(value)); p != nil {
					w.arms(th.tid, f.at, p, to)
				}
			}
		}
	}
	th.tired = true // one finding of a thread is enough
	return w.unwatch(th)
}
