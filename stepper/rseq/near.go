package rseq

import (
	"rseqstep/stepper/machine"
	"rseqstep/table"
)

// Touching returns the set of sections that overlap the ranges or begin at an exit of the ranges.
func (s *Sections) Touching(ranges []machine.Range, ways machine.Ways) map[*table.Placed]bool {
	found := map[*table.Placed]bool{}
	for _, r := range ranges {
		for _, p := range s.image.Overlapping(r.Low, r.High) {
			found[p] = true
		}
	}
	for _, b := range append(ways.Falls[:len(ways.Falls):len(ways.Falls)], ways.Branches...) {
		if p := s.image.At(b.To); p != nil {
			found[p] = true
		}
	}
	return found
}

// Near lists the given sections of a line and those of the functions that the line calls.
func (s *Sections) Near(sections map[*table.Placed]bool, ways machine.Ways) (list []*table.Placed) {
	for p := range sections {
		list = append(list, p)
	}
	if len(s.image.Sections()) == 0 {
		return list
	}
	for _, c := range ways.Calls {
		if !c.Indirect {
			list = append(list, s.InFunction(c.Target)...)
		}
	}
	return list
}

// Around lists the sections of the function at pc and of the functions that it calls.
func (s *Sections) Around(pc table.Addr) []*table.Placed {
	entry, code, ok := s.symbols.Extent(pc)
	if !ok || len(s.image.Sections()) == 0 {
		return nil
	}
	ways := machine.WaysOut(s.Code(code, entry, pc))
	return s.Near(s.Touching(code, ways), ways)
}

// InFunction lists the sections of the function at a call's target, or behind the stub there.
func (s *Sections) InFunction(target table.Addr) (list []*table.Placed) {
	_, code, ok := s.symbols.Extent(s.SkipStubs(target))
	if !ok {
		return nil
	}
	for _, r := range code {
		list = append(list, s.image.Overlapping(r.Low, r.High)...)
	}
	return list
}

// SkipStubs follows PLT stubs and similar trampolines from target and returns their destination.
func (s *Sections) SkipStubs(target table.Addr) table.Addr {
	for hops := 0; hops < 4; hops++ {
		to, ok := s.symbols.Trampoline(target, s.mem)
		if !ok {
			break
		}
		target = to
	}
	return target
}
