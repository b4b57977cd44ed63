package symbols

import "rseqstep/table"

// Stubs returns the addresses of the stubs in procedure linkage tables that call the
// function of that name, which a library provides. gdb's breakpoints on such a function are
// there until the library is loaded (minsyms.c: mst_solib_trampoline).
func (s *Set) Stubs(name string) (list []table.Addr) {
	if name == "" {
		return nil
	}
	for _, m := range s.byOrder {
		if !m.img.importsFunction(name) {
			continue
		}
		for _, t := range m.img.stubs().sections {
			const least = 8 // bytes of the shortest stub
			for a := t.Low; a < t.High; a += least {
				if have, at, ok := m.img.stubName(a); ok && have == name && at.lo == a {
					list = append(list, m.process(a))
				}
			}
		}
	}
	return list
}

// Imports reports whether a module calls the function of that name, or takes its address,
// from another module.
func (s *Set) Imports(name string) bool {
	for _, m := range s.byOrder {
		if name != "" && m.img.importsFunction(name) {
			return true
		}
	}
	return false
}

// importsFunction reports whether the dynamic linker stores the function's address in a slot of the image.
func (im *image) importsFunction(name string) bool {
	im.slotName(0)
	return im.plt.functions[name]
}
