package code

import (
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
	said     map[table.Addr]string
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

// Next lists where control goes inside the section after an instruction of it; End for leaving it
// at its end. Jumps to elsewhere are not in the list.
func (s *Section) Next(i *machine.Insn) (list []table.Addr) {
	add := func(a table.Addr) {
		if a == s.Body.End || s.Body.Contains(a) && s.Body.Insn(a) != nil {
			list = append(list, a)
		}
	}
	if i.Continues() {
		add(i.Next())
	}
	if i.Kind == machine.Jump || i.Kind == machine.CondJump {
		add(i.Target)
	}
	return list
}

// After is the set of addresses in the section that control can reach after an instruction, that
// instruction itself only if it is in a loop. The section's End can be among them.
func (s *Section) After(i *machine.Insn) map[table.Addr]bool {
	seen := map[table.Addr]bool{}
	todo := s.Next(i)
	for len(todo) > 0 {
		a := todo[len(todo)-1]
		todo = todo[:len(todo)-1]
		if seen[a] {
			continue
		}
		seen[a] = true
		if next := s.Body.Insn(a); next != nil {
			todo = append(todo, s.Next(next)...)
		}
	}
	return seen
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

// Said is what an instruction of the section does, in words with its address expression
// (opv.Describer); "" if there are none.
func (s *Section) Said(a table.Addr) string {
	if s.said == nil && s.Body != nil && s.File.Arch == opv.Arch() {
		s.said = opv.Describer{Arming: s.Arming, Name: func(a table.Addr) (string, table.Addr) {
			name, off, ok := s.File.set.Symbol(a)
			if !ok {
				return "", 0
			}
			return name, a - table.Addr(off)
		}}.ByAddress(s.Body)
	}
	return s.said[a]
}
