package table

import (
	"cmp"
	"slices"
)

// Image is the sections of a process, ordered by address. It is not safe for
// concurrent use.
//
// Sections may nest, overlap, or share their first instruction (two descriptors
// of the same code). Lookups then prefer the one with the highest start, and of
// those the shortest.
type Image struct {
	modules  []*Module // by Low
	sections []*Placed // by Start, then longest first, then Descriptor
	reach    []Addr    // reach[i] is the greatest End of sections[:i+1]
	handlers []*Placed // the sections by Abort
	byDesc   map[Addr]*Placed
}

// NewImage places every section of every module.
func NewImage(modules []*Module) *Image {
	im := &Image{}
	im.Reload(modules)
	return im
}

// Reload replaces the modules. A section of a file that is still at the same
// place keeps its *Placed. Added sections stay, unless a module now declares
// their descriptor.
func (im *Image) Reload(modules []*Module) {
	learnt, before := im.Learnt(), im.byDesc
	im.modules = slices.Clone(modules)
	slices.SortStableFunc(im.modules, func(a, b *Module) int { return cmp.Compare(a.Low, b.Low) })
	im.sections, im.byDesc = nil, make(map[Addr]*Placed)
	for _, m := range im.modules {
		if m.File == nil {
			continue
		}
		for i := range m.File.Sections {
			p := m.Place(&m.File.Sections[i])
			if old := before[p.Descriptor]; old != nil && old.Module != nil && old.Section == p.Section {
				old.Module = m
				p = old
			}
			im.put(p)
		}
	}
	for _, p := range learnt {
		if im.byDesc[p.Descriptor] == nil {
			im.put(p)
		}
	}
	im.index()
}

// Add adds a section that no module declares. It replaces one with the same
// descriptor, because code generated at run time may reuse a descriptor. It
// returns the section that now represents the descriptor: the earlier one if
// both agree on start, end and abort.
func (im *Image) Add(p *Placed) *Placed {
	if old := im.byDesc[p.Descriptor]; old != nil {
		if old.Start == p.Start && old.End == p.End && old.Abort == p.Abort {
			return old
		}
		im.sections = slices.DeleteFunc(im.sections, func(q *Placed) bool { return q == old })
	}
	im.put(p)
	im.index()
	return p
}

func (im *Image) put(p *Placed) {
	im.sections = append(im.sections, p)
	im.byDesc[p.Descriptor] = p
}

func (im *Image) index() {
	slices.SortStableFunc(im.sections, func(a, b *Placed) int {
		return cmp.Or(cmp.Compare(a.Start, b.Start), cmp.Compare(b.End-b.Start, a.End-a.Start), cmp.Compare(a.Descriptor, b.Descriptor))
	})
	im.handlers = slices.Clone(im.sections)
	slices.SortStableFunc(im.handlers, func(a, b *Placed) int { return cmp.Compare(a.Abort, b.Abort) })
	im.reach = im.reach[:0]
	high := Addr(0)
	for _, p := range im.sections {
		if p.End < p.Start { // wraps around: contains everything up to the top
			high = ^Addr(0)
		}
		high = max(high, p.End)
		im.reach = append(im.reach, high)
	}
}

// Sections returns every section, sorted by Start. The slice is the Image's own.
func (im *Image) Sections() []*Placed { return im.sections }

// Learnt returns the sections that no module declares.
func (im *Image) Learnt() []*Placed {
	var learnt []*Placed
	for _, p := range im.sections {
		if p.Module == nil {
			learnt = append(learnt, p)
		}
	}
	return learnt
}

// Modules returns the modules sorted by address. The slice is the Image's own.
func (im *Image) Modules() []*Module { return im.modules }

// ModuleAt finds the module whose range contains a; nil if there is none.
func (im *Image) ModuleAt(a Addr) *Module {
	i, found := slices.BinarySearchFunc(im.modules, a, func(m *Module, a Addr) int { return cmp.Compare(m.Low, a) })
	if !found {
		i--
	}
	// A module may be in a gap of another; then an earlier one contains a.
	for ; i >= 0; i-- {
		if im.modules[i].Contains(a) {
			return im.modules[i]
		}
	}
	return nil
}

// ByDescriptor finds the section whose struct rseq_cs is at a; nil if it is unknown.
func (im *Image) ByDescriptor(a Addr) *Placed { return im.byDesc[a] }

// At finds the section that contains pc; nil if none does.
func (im *Image) At(pc Addr) *Placed {
	for i := im.after(pc) - 1; i >= 0 && im.reach[i] > pc; i-- {
		if im.sections[i].Contains(pc) {
			return im.sections[i]
		}
	}
	return nil
}

// AllAt finds every section that contains pc, the one At finds first.
func (im *Image) AllAt(pc Addr) []*Placed {
	var all []*Placed
	for i := im.after(pc) - 1; i >= 0 && im.reach[i] > pc; i-- {
		if im.sections[i].Contains(pc) {
			all = append(all, im.sections[i])
		}
	}
	return all
}

// Overlapping returns the sections that have an address in [low, high), by Start.
func (im *Image) Overlapping(low, high Addr) []*Placed {
	if high <= low {
		return nil
	}
	var all []*Placed
	for i := im.after(high-1) - 1; i >= 0 && im.reach[i] > low; i-- {
		if p := im.sections[i]; p.Contains(low) || p.End != p.Start && p.Start >= low {
			all = append(all, p)
		}
	}
	slices.Reverse(all)
	return all
}

// after is the number of sections that start at or before pc.
func (im *Image) after(pc Addr) int {
	i, _ := slices.BinarySearchFunc(im.sections, pc, func(p *Placed, pc Addr) int {
		if p.Start <= pc {
			return -1
		}
		return 1
	})
	return i
}

// HandlersIn returns the sections whose abort handler begins in [low, high), by Abort.
// The slice is the Image's own.
func (im *Image) HandlersIn(low, high Addr) []*Placed {
	from, to := im.handlersBefore(low), im.handlersBefore(high)
	if to <= from {
		return nil
	}
	return im.handlers[from:to:to]
}

// HandlerAt finds a section whose abort handler begins at pc; nil if there is none.
func (im *Image) HandlerAt(pc Addr) *Placed {
	if all := im.HandlersIn(pc, pc+1); len(all) > 0 {
		return all[0]
	}
	return nil
}

// SignatureAt finds the section whose signature contains a: the SignatureSize bytes
// before its abort handler; nil if there is none.
func (im *Image) SignatureAt(a Addr) *Placed {
	if all := im.HandlersIn(a+1, a+1+SignatureSize); len(all) > 0 {
		return all[0]
	}
	return nil
}

// handlersBefore is the number of sections whose abort handler begins before a.
func (im *Image) handlersBefore(a Addr) int {
	i, _ := slices.BinarySearchFunc(im.handlers, a, func(p *Placed, a Addr) int { return cmp.Compare(p.Abort, a) })
	return i
}
