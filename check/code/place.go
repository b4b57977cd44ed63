package code

import (
	"fmt"

	"github.com/ianlancetaylor/demangle"

	"rseqstep/check"
	"rseqstep/stepper/machine"
	"rseqstep/table"
)

// Place describes an address of the code for a report: function, line, instruction.
func (f *File) Place(a table.Addr) check.Place {
	p := check.Place{Module: f.Path, BuildID: f.Table.BuildID, Address: check.Address(a)}
	if name, off, ok := f.set.Symbol(a); ok && f.Executable(table.FileAddr(a), 1) {
		p.Function, p.Offset = name, off
	} else if fn, ok := f.set.Function(a); ok && fn.Name != "" {
		p.Function, p.Offset = fn.Name, uint64(a-fn.Entry)
	}
	depth, _ := f.set.Inlines(a)
	if line, ok := f.set.Line(a, depth); ok {
		p.File, p.Line = line.File, line.Line
	}
	if i := f.Insn(a); i != nil && f.Executable(table.FileAddr(a), 1) && !f.IsSignature(a) {
		p.Text = f.Text(i)
	}
	return p
}

// Where describes a section's first instruction, for a finding about its declaration.
func (s *Section) Where() check.Place {
	p := s.File.Place(s.Placed.Start)
	if p.Function == "" {
		p.Function, p.Offset = demangle.Filter(s.Symbol, demangle.NoParams), s.Offset
	}
	p.Text = fmt.Sprintf("struct rseq_cs at %v", s.At)
	return p
}

// Info identifies the section in a report.
func (s *Section) Info() *check.Section {
	name := demangle.Filter(s.Symbol, demangle.NoParams)
	if name != "" && s.Offset != 0 {
		name += fmt.Sprintf("+%#x", s.Offset)
	}
	return &check.Section{Function: name, Descriptor: check.Address(s.At), Start: check.Address(s.Start), End: check.Address(s.End), Abort: check.Address(s.Abort)}
}

// Places describes the instructions at some addresses, in order, each with a note.
func (f *File) Places(steps []Step) []check.Place {
	var list []check.Place
	for _, s := range steps {
		p := f.Place(s.At)
		p.Note = s.Note
		list = append(list, p)
	}
	return list
}

// Step is one place on a path.
type Step struct {
	At   table.Addr
	Note string
}

// RegisterName is a register's name as the assembler writes it in 64 bits.
func (f *File) RegisterName(x machine.Reg) string { return f.Arch.Names[x] }
