package code

import (
	"bytes"
	"debug/elf"
	"sort"

	"rseqstep/stepper/machine"
	"rseqstep/table"
)

// BranchInside is a branch into the middle of a section, from outside of it.
type BranchInside struct {
	Section  *Section
	From, To table.Addr
}

// chunk is how much code is read at once, in bytes.
const chunk = 1 << 20

// eachText calls f for the code of every executable segment, in pieces that overlap by
// machine.MaxLen bytes.
func (f *File) eachText(do func(at table.Addr, code []byte)) {
	buf := make([]byte, chunk+machine.MaxLen)
	for i := range f.Table.Segments {
		s := &f.Table.Segments[i]
		if s.Flags&elf.PF_X == 0 {
			continue
		}
		for off := uint64(0); off < s.FileSize; off += chunk {
			n, _ := f.r.ReadAt(buf[:min(uint64(len(buf)), s.FileSize-off)], int64(s.Offset+off))
			do(table.Addr(s.Addr)+table.Addr(off), buf[:n])
			if n == 0 {
				break
			}
		}
	}
}

// BranchesInside finds the direct branches in the file that lead into the middle of a section from outside
// of it. A place that only looks like one, because its bytes are data or the middle of an
// instruction, is not among them: only instructions that the flow of their function reaches are.
func (f *File) BranchesInside() []BranchInside {
	var bodies []*Section
	var all machine.Range
	for _, s := range f.Sections {
		if s.Body == nil {
			continue
		}
		bodies = append(bodies, s)
		if all.High == 0 || s.Placed.Start < all.Low {
			all.Low = s.Placed.Start
		}
		all.High = max(all.High, s.Placed.End)
	}
	if len(bodies) == 0 {
		return nil
	}
	found := map[machine.Branch]bool{}
	into := func(from, to table.Addr) {
		for _, p := range f.image.AllAt(to) {
			if to != p.Start && !p.Contains(from) {
				found[machine.Branch{From: from, To: to}] = true
			}
		}
	}
	f.eachText(func(at table.Addr, code []byte) { f.Arch.Branches(at, code, all, true, into) })
	for _, s := range bodies {
		f.near(machine.Range{Low: s.Placed.Start, High: s.Placed.End}, into)
	}
	var list []BranchInside
	for b := range found {
		if !f.reaches(b) {
			continue
		}
		for _, s := range f.Within(b.To) {
			if b.To != s.Placed.Start && !s.Placed.Contains(b.From) && s.Body != nil && s.Body.Insn(b.To) != nil {
				list = append(list, BranchInside{s, b.From, b.To})
			}
		}
	}
	sort.Slice(list, func(i, j int) bool {
		a, b := &list[i], &list[j]
		return a.From < b.From || a.From == b.From && a.Section.At < b.Section.At
	})
	return list
}

// near calls do for the branches into a range whose distance has 1 byte.
func (f *File) near(r machine.Range, do func(from, to table.Addr)) {
	const reach = 128 // bytes
	low := r.Low - min(r.Low, reach+2)
	if seg := f.Segment(table.FileAddr(r.Low), 1); seg != nil {
		low = max(low, table.Addr(seg.Addr)) // before it there is nothing to read
	}
	code := make([]byte, r.High-low+reach+2)
	n, _ := f.ReadMemory(low, code)
	f.Arch.Branches(low, code[:n], r, false, do)
}

// maxFunction limits the code of a function that is followed, in bytes.
const maxFunction = 1 << 20

// reaches reports whether a branch is an instruction that the flow of its function reaches.
func (f *File) reaches(b machine.Branch) bool {
	i := f.Insn(b.From)
	if i == nil || i.Target != b.To || i.Kind != machine.Jump && i.Kind != machine.CondJump && i.Kind != machine.Call {
		return false
	}
	l := f.layout(b.From)
	return l != nil && l.Begins(b.From)
}

// layout is the layout of the function at an address, nil if there is none.
func (f *File) layout(a table.Addr) *machine.Layout {
	fn, ok := f.set.Function(a)
	if !ok {
		return nil
	}
	if l, ok := f.layouts[fn.Entry]; ok {
		return l
	}
	size := table.Addr(0)
	for _, r := range fn.Ranges {
		size += r.High - r.Low
	}
	var l *machine.Layout
	if size <= maxFunction {
		l = machine.Lay(f.rseq.Code(fn.Ranges, fn.Entry))
	}
	f.layouts[fn.Entry] = l
	return l
}

// Function lists the instructions of the function around a section that its flow reaches, in the
// order of the code; nil if the function is not known.
func (s *Section) Function() (entry table.Addr, insns []*machine.Insn) {
	f := s.File
	fn, ok := f.set.Function(s.Placed.Start)
	if !ok {
		return 0, nil
	}
	l := f.layout(s.Placed.Start)
	if l == nil {
		return 0, nil
	}
	for _, r := range fn.Ranges {
		for a := r.Low; a < r.High; a++ {
			if !l.Begins(a) {
				continue
			}
			if i := f.Insn(a); i != nil {
				insns = append(insns, i)
			}
		}
	}
	return fn.Entry, insns
}

// maxUndeclared is how many abort handlers without a descriptor are listed.
const maxUndeclared = 1000

// Undeclared lists the abort handlers in the file's code that no descriptor names: what follows a
// signature, in a form that nothing else has. No handler begins with another one, which traps.
func (f *File) Undeclared() []table.Addr {
	forms := table.SignatureForms(f.Table.Machine, f.Table.ByteOrder)
	if len(forms) == 0 || f.Table.Type == elf.ET_REL {
		return nil
	}
	var list []table.Addr
	seen := map[table.Addr]bool{}
	f.eachText(func(at table.Addr, code []byte) {
		for _, form := range forms {
			for off := 0; ; {
				n := bytes.Index(code[off:], form.Bytes)
				if n < 0 {
					break
				}
				off += n + 1
				begins := at + table.Addr(off-1)
				handler := begins + table.Addr(len(form.Bytes))
				if bytes.HasPrefix(code[off-1+len(form.Bytes):], form.Bytes) {
					continue
				}
				if uint64(begins)%form.Align == 0 && len(f.image.HandlersIn(handler, handler+1)) == 0 && !seen[handler] && len(list) < maxUndeclared {
					seen[handler] = true
					list = append(list, handler)
				}
			}
		}
	})
	return list
}
