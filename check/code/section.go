package code

import (
	"cmp"
	"slices"

	"rseqstep/stepper/machine"
	"rseqstep/stepper/opv"
	"rseqstep/table"
)

// Section is one critical section with its code.
type Section struct {
	*table.Section
	Placed *table.Placed
	File   *File
	Body   *machine.Body // nil: Err says why
	Err    error
	Arming *machine.Insn // the store that arms it, as far as the code shows it; nil if it does not

	accesses []Access
	words    map[table.Addr]string
	after    [][]bool // see After, by instruction
}

// maxBody limits the length of a section whose code is read, in bytes; real ones have fewer than
// 100, or a thousand.
const maxBody = 1 << 16

// read fills in what the code shows.
func (s *Section) read(p *table.Placed) {
	if p.End > p.Start && p.End-p.Start > maxBody {
		s.Err = errTooLong
		return
	}
	if s.Body, s.Err = s.File.rseq.Body(p); s.Err != nil {
		s.Body = nil
		return
	}
	if at, ok, err := s.File.rseq.Arming(p); ok && err == nil {
		s.Arming = s.File.Insn(at)
	}
	s.readAccesses()
}

// MaxOrdered is the most instructions of a section whose order is examined (Ordered). Real ones
// have fewer than 100.
const MaxOrdered = 2000

// Ordered reports whether the section is short enough that After answers.
func (s *Section) Ordered() bool { return s.Body != nil && len(s.Body.Insns) <= MaxOrdered }

// Reach is a set of places in a section: its instructions, and its end.
type Reach struct {
	body *machine.Body
	at   []bool // by the instruction's index; the last is the end
}

// Has reports whether an instruction begins there and is in the set.
func (r Reach) Has(a table.Addr) bool {
	if len(r.at) == 0 {
		return false
	}
	if a == r.body.End {
		return r.at[len(r.at)-1]
	}
	n, ok := index(r.body, a)
	return ok && r.at[n]
}

// Inside reports whether the set has an instruction of the section.
func (r Reach) Inside() bool { return len(r.at) > 0 && slices.Contains(r.at[:len(r.at)-1], true) }

// After is what control can reach in the section after an instruction of it, that instruction
// itself only if it is in a loop. Jumps out of the section, except to its end, are not followed.
// Precondition: Ordered.
func (s *Section) After(i *machine.Insn) Reach {
	from, ok := index(s.Body, i.Addr)
	if !ok || !s.Ordered() {
		return Reach{}
	}
	if s.after == nil {
		s.after = make([][]bool, len(s.Body.Insns))
	}
	if s.after[from] == nil {
		s.after[from] = s.reach(from)
	}
	return Reach{s.Body, s.after[from]}
}

func (s *Section) reach(from int) []bool {
	end := len(s.Body.Insns)
	seen := make([]bool, end+1)
	todo := []int{from}
	add := func(a table.Addr) {
		n, ok := index(s.Body, a)
		if a == s.Body.End {
			n, ok = end, true
		}
		if ok && !seen[n] {
			seen[n] = true
			todo = append(todo, n)
		}
	}
	for len(todo) > 0 {
		n := todo[len(todo)-1]
		todo = todo[:len(todo)-1]
		if n == end {
			continue
		}
		i := &s.Body.Insns[n]
		if i.Continues() {
			add(i.Next())
		}
		if i.Kind == machine.Jump || i.Kind == machine.CondJump {
			add(i.Target)
		}
	}
	return seen
}

// index finds the instruction of a body that begins at an address.
func index(b *machine.Body, a table.Addr) (int, bool) {
	return slices.BinarySearchFunc(b.Insns, a, func(i machine.Insn, a table.Addr) int { return cmp.Compare(i.Addr, a) })
}

// Text is an instruction in the assembler's syntax.
func (f *File) Text(i *machine.Insn) string {
	if i == nil || f.Arch == nil {
		return ""
	}
	return f.Arch.Format(i, func(a table.Addr) (string, table.Addr) {
		name, off, ok := f.set.Symbol(a)
		if !ok {
			return "", 0
		}
		return name, a - table.Addr(off)
	})
}

// InWords is what an instruction of the section does, in words with its address expression
// (opv.Describer); "" if there are none.
func (s *Section) InWords(a table.Addr) string {
	if s.words == nil && s.Body != nil && opv.Understands(s.File.Arch) {
		s.words = opv.Describer{Arch: s.File.Arch, Arming: s.Arming, Name: func(a table.Addr) (string, table.Addr) {
			name, off, ok := s.File.set.Symbol(a)
			if !ok {
				return "", 0
			}
			return name, a - table.Addr(off)
		}}.ByAddress(s.Body)
	}
	return s.words[a]
}
