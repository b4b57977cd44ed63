package symbols

import (
	"strings"
	"testing"

	"rseqstep/table"
)

// A breakpoint on an IFUNC is on the function that its resolver has chosen, of the program and of
// the C library, whose IFUNCs are bound at the start (-z now) or in the library itself.
func TestBreakpointsOnIndirectFunctions(t *testing.T) {
	for _, flag := range []string{"-Wl,-z,now", "-Wl,-z,lazy"} {
		program := compile(t, "ifunc.c", "-fno-builtin", flag)
		_, cores := stacks(t, program, [][]string{{"break main", "run"}})
		c := openCore(t, cores[0])
		s := c.set()
		if places, err := s.Lookup("chosen", 0); err != nil || len(places) != 1 || !s.named(places[0].Addr, "resolver") {
			t.Errorf("without the process's memory: %v, %v", places, err)
		}
		s.opts.Memory = c
		places, err := s.Lookup("chosen", 0)
		if err != nil || len(places) != 1 {
			t.Fatalf("chosen: %v, %v", places, err)
		}
		if !s.named(places[0].Addr, "impl_b") {
			t.Errorf("chosen is at %v", places)
		}
		for _, name := range []string{"strlen", "memcpy"} {
			places, err := s.Lookup(name, 0)
			if err != nil || len(places) == 0 {
				t.Errorf("%s: %v, %v", name, places, err)
			}
			for _, p := range places {
				if s.Indirect(p.Addr) || strings.Contains(p.Function, "ifunc") {
					t.Errorf("%s is at its resolver: %v", name, p)
				}
			}
		}
	}
}

// named reports whether an address is in the function of that name.
func (s *Set) named(a table.Addr, name string) bool {
	f, ok := s.Function(a)
	return ok && f.Name == name
}
