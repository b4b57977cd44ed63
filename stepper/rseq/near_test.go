package rseq_test

import (
	"slices"
	"testing"

	"rseqstep/stepper/machine"
	"rseqstep/table"
)

func starts(list []*table.Placed) (out []table.Addr) {
	for _, p := range list {
		out = append(out, p.Start)
	}
	slices.Sort(out)
	return slices.Compact(out)
}

// TestSectionsAroundAPlace: those of its function, and of the functions that it calls.
func TestSectionsAroundAPlace(t *testing.T) {
	s, m, sym := program(t)
	const caller, stub = table.Addr(0x401400), table.Addr(0x401500)
	m.code(t, caller, "e8 fb 00 00 00 ff d1 c3") // call stub; call *%rcx; ret
	sym.functions = append(sym.functions, function{"caller", []machine.Range{{Low: caller, High: caller + 16}}})
	sym.stubs = map[table.Addr]table.Addr{stub: 0x401100}
	if got := s.SkipStubs(stub); got != 0x401100 {
		t.Errorf("the stub leads to %v", got)
	}
	for pc, want := range map[table.Addr][]table.Addr{
		caller:     {outer, inner},
		lea:        {start},
		0x401100:   {outer, inner},
		0x10000000: nil,
	} {
		if got := starts(s.Around(pc)); !slices.Equal(got, want) {
			t.Errorf("around %v: %v, not %v", pc, got, want)
		}
	}
	if got := starts(s.InFunction(stub)); !slices.Equal(got, []table.Addr{outer, inner}) {
		t.Errorf("behind the stub: %v", got)
	}
	sym.stubs[stub] = stub // a stub that leads to itself has no destination
	if got := s.SkipStubs(stub); got != stub {
		t.Errorf("a circle of stubs leads to %v", got)
	}
}

// TestAbortHandlers: where a handler stands, how long it is and where it leads.
func TestAbortHandlers(t *testing.T) {
	s, m, sym := program(t)
	for pc, want := range map[table.Addr]bool{abort - 1: false, abort: true, abort + 5: true, side: false, blindAbort + 63: true, blindAbort + 64: false} {
		if got := s.InHandler(pc); got != want {
			t.Errorf("%v is in a handler: %v", pc, got)
		}
	}
	p := s.Image().At(start)
	if r, to, ok := s.Handler(p); !ok || to != lea || r != (machine.Range{Low: abort, High: abort + 5}) {
		t.Errorf("one jump: %+v to %v, %v", r, to, ok)
	}
	m.code(t, abort, "48 ff 07 48 ff 07 90")
	s.FlushCode()
	sym.statements = []table.Addr{abort + 6}
	if r, to, ok := s.Handler(p); !ok || to != abort+6 || r.High != to {
		t.Errorf("one that falls into a statement: %+v to %v, %v", r, to, ok)
	}
	sym.statements = []table.Addr{abort}
	if _, _, ok := s.Handler(p); ok {
		t.Error("one with a statement of its own is no run")
	}
	if _, _, ok := s.Handler(s.Image().At(outer)); ok { // a return
		t.Error("one that returns leads nowhere")
	}
}

// TestNamesOfSections: by the nearest symbol, otherwise by the address.
func TestNamesOfSections(t *testing.T) {
	s, _, sym := program(t)
	for at, want := range map[table.Addr]string{lea: "f", start: "f+0x10", 0x10000000: "0x10000000"} {
		if got := s.AddressName(at); got != want {
			t.Errorf("%v is %q, not %q", at, got, want)
		}
	}
	if got := s.Name(s.Image().At(start)); got != "f+0x10" {
		t.Errorf("the section is %q", got)
	}
	sym.functions = nil
	if got := s.Name(s.Image().At(start)); got != "f+0x10" {
		t.Errorf("asked again, the section is %q", got)
	}
	s.Reload(s.Image().Modules())
	if got := s.Name(s.Image().At(start)); got == "f+0x10" {
		t.Errorf("after a reload the section is still %q", got)
	}
	for _, c := range []struct {
		section table.Section
		want    string
	}{{table.Section{}, "0x900000"}, {table.Section{Symbol: "g", Offset: 4}, "g+0x4"}, {table.Section{Symbol: "g"}, "g"}} {
		if got := s.Name(&table.Placed{Section: &c.section, Start: 0x900000}); got != c.want {
			t.Errorf("one without a symbol is %q, not %q", got, c.want)
		}
	}
}
