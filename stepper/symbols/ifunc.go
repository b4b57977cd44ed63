package symbols

import (
	"slices"

	"rseqstep/stepper"
	"rseqstep/table"
)

// chosen are the functions that an IFUNC's resolver has chosen: what the dynamic linker has
// stored for it in the GOT of any module. Empty without a process, and before it has.
func (s *Set) chosen(m *Module, resolver uint64, name string) (list []table.Addr) {
	if s.opts.Memory == nil {
		return nil
	}
	take := func(in *Module, slot uint64) {
		v, err := readWord(s.opts.Memory, in.process(slot))
		a := table.Addr(v)
		to := s.Module(a)
		if err != nil || to == nil || !to.img.main.executable(to.file(a)) || slices.Contains(list, a) {
			return
		}
		if _, stub := to.img.stubs().in(to.file(a)); !stub && a != m.process(resolver) {
			list = append(list, a)
		}
	}
	for _, in := range s.byOrder {
		in.img.slotName(0) // reads the slots
		for slot, of := range in.img.plt.slots {
			if of == name {
				take(in, slot)
			}
		}
	}
	for _, slot := range m.img.plt.resolved[resolver] {
		take(m, slot)
	}
	slices.Sort(list)
	return list
}

// chosenPlaces are the places for a breakpoint on an IFUNC: on the functions that were chosen for
// it, or while none has been, on the stubs that call it.
func (s *Set) chosenPlaces(m *Module, resolver uint64, name string) (places []stepper.Place) {
	list := s.chosen(m, resolver, name)
	if len(list) == 0 {
		list = s.Stubs(name)
	}
	for _, a := range list {
		in := s.Module(a)
		f := in.img.fnAt(in.file(a))
		if f != nil && f.entry != in.file(a) {
			f = nil
		}
		places = append(places, in.ownPlace(in.img.body(f, in.file(a)), name))
	}
	return places
}
