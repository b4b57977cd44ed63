package code

import (
	"errors"

	"rseqstep/stepper/machine"
	"rseqstep/table"
)

var errTooLong = errors.New("it is too long for a section")

// Access is one access to memory by a section's code.
type Access struct {
	Insn  *machine.Insn
	Store bool
	Size  int
	Mem   machine.Mem
	// Same is equal for two accesses if they are to the same place, as far as the order of the
	// code shows.
	Same Location
	// InArea is set if the place is relative to the area that the section is armed in; Offset is
	// its distance from the area's start, in bytes.
	InArea bool
	Offset int64
	Stack  bool // it is in the function's frame
	Both   bool // the instruction reads and writes the place
}

// Location is a sum of register contents.
type Location struct {
	base           content
	index, segment sum
	scale          uint8
	extend         machine.Extend
	disp           int64
}

// csOffset is the offset of rseq_cs in struct rseq, bytes.
const csOffset = 8

// areaReach is how far before and behind its start an access counts as one of the area, bytes:
// programs keep data of their own right beside it.
const areaReach = 64

// Accesses are the accesses of the section's instructions, in the order of the code; those of the
// stack by push, pop and calls are not among them.
func (s *Section) Accesses() []Access { return s.accesses }

// changes are the registers that an instruction may change.
func changes(arch *machine.Arch, i *machine.Insn) machine.RegSet {
	if u, known := arch.Usage(i); known {
		return u.Changes
	}
	return i.Writes
}

// readAccesses lists the accesses. It begins at the arming store, which shows where the area is.
func (s *Section) readAccesses() {
	n, written := newValues(), map[machine.Reg]int{}
	pass := func(i *machine.Insn) {
		n.pass(s.File.Arch, i, func(x machine.Reg) int { written[x]++; return written[x] })
	}
	var area *Location
	if a := s.Arming; a != nil && a.Store.Size == 8 && !a.Store.Vector {
		if a.Addr < s.Body.Start {
			n = s.computedAt(a.Addr)
			for i := a; i != nil && i.Addr < s.Body.Start; i = s.File.Insn(i.Next()) {
				if i.Addr == a.Addr {
					l := n.location(&i.Store.Mem)
					area = &l
				}
				pass(i)
			}
		} else { // the section begins with it
			l := n.location(&a.Store.Mem)
			area = &l
			for k := range s.Body.Insns {
				if i := &s.Body.Insns[k]; i.Addr < a.Addr && changes(s.File.Arch, i)&machine.SetOf(a.Store.Base, a.Store.Index) != 0 {
					area = nil
				}
			}
		}
	}
	frame := s.framed()
	for k := range s.Body.Insns {
		i := &s.Body.Insns[k]
		add := func(m *machine.Mem, size int, store bool) {
			if m.Vector {
				return
			}
			a := Access{Insn: i, Store: store, Size: size, Mem: *m, Same: n.location(m)}
			a.Stack = m.Segment == machine.NoReg && (m.Base == s.File.Arch.SP || frame && m.Base == s.File.Arch.FP)
			if area != nil {
				there := a.Same
				there.disp = area.disp
				if a.Offset = a.Same.disp - area.disp + csOffset; there == *area && a.Offset > -areaReach && a.Offset < areaReach {
					a.InArea = true
				}
			}
			s.accesses = append(s.accesses, a)
		}
		use, known := s.File.Arch.Usage(i)
		if known && use.Loaded > 0 {
			add(&use.Load, int(use.Loaded), false)
		}
		if i.Store.Size > 0 && i.Kind == machine.Plain && (!known || !s.pushes(i, use)) {
			add(&i.Store.Mem, int(i.Store.Size), true)
			last := &s.accesses[len(s.accesses)-1]
			last.Both = i.Store.Source == machine.SourceOp || i.Store.Source == machine.SourceCompared || known && use.Loaded > 0 && use.Load == i.Store.Mem
		}
		pass(i)
	}
}

// pushes reports whether an instruction stores on the stack by moving its pointer.
func (s *Section) pushes(i *machine.Insn, u machine.Usage) bool {
	return u.Changes.Has(s.File.Arch.SP) && u.Reads.Has(s.File.Arch.SP) && i.Store.Base == s.File.Arch.SP
}

// framed reports whether the function around the section keeps its frame's address in the frame
// pointer.
func (s *Section) framed() bool {
	entry, ok := s.File.Entry(s.Placed.Start)
	if !ok {
		return false
	}
	var code [machine.PrologueLen]byte
	n, _ := s.File.ReadMemory(entry, code[:])
	_, set := s.File.Arch.Prologue(code[:n])
	return set > 0
}

// Entry is the first instruction of the function at an address.
func (f *File) Entry(a table.Addr) (table.Addr, bool) {
	fn, ok := f.set.Function(a)
	return fn.Entry, ok
}
