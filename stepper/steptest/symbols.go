package steptest

import (
	"fmt"
	"slices"

	"rseqstep/stepper"
	"rseqstep/stepper/machine"
	"rseqstep/table"
)

// Symbols knows only its own rows and names. It cannot unwind frames.
type Symbols struct {
	Functions []stepper.Function
	Rows      []Row
	Names     map[string]table.Addr
}

// Row is the code of one line, a statement from its first byte.
type Row struct {
	stepper.Range
	Line stepper.Line
}

var _ stepper.Symbols = (*Symbols)(nil)

// Function implements stepper.Symbols.
func (s *Symbols) Function(pc table.Addr) (stepper.Function, bool) {
	for _, f := range s.Functions {
		for _, r := range f.Ranges {
			if r.Contains(pc) {
				return f, true
			}
		}
	}
	return stepper.Function{}, false
}

// Inlines implements stepper.Symbols: there are none.
func (s *Symbols) Inlines(table.Addr) (depth, entering int) { return 0, 0 }

func (s *Symbols) row(pc table.Addr) (Row, bool) {
	for _, r := range s.Rows {
		if r.Contains(pc) {
			return r, true
		}
	}
	return Row{}, false
}

// Line implements stepper.Symbols.
func (s *Symbols) Line(pc table.Addr, _ int) (stepper.Line, bool) {
	r, ok := s.row(pc)
	return r.Line, ok
}

// LineStart implements stepper.Symbols.
func (s *Symbols) LineStart(pc table.Addr, _ int) bool {
	r, ok := s.row(pc)
	return ok && r.Low == pc
}

// LineRanges implements stepper.Symbols.
func (s *Symbols) LineRanges(pc table.Addr, _ int) []stepper.Range {
	here, ok := s.row(pc)
	if !ok {
		return nil
	}
	var ranges []stepper.Range
	for _, r := range s.Rows {
		if r.Line == here.Line {
			ranges = append(ranges, r.Range)
		}
	}
	return ranges
}

// BlockRanges implements stepper.Symbols.
func (s *Symbols) BlockRanges(pc table.Addr, _ int) []stepper.Range {
	f, _ := s.Function(pc)
	return f.Ranges
}

// Statements implements stepper.Symbols: where rows begin.
func (s *Symbols) Statements(r stepper.Range) []table.Addr {
	var starts []table.Addr
	for _, row := range s.Rows {
		if r.Contains(row.Low) {
			starts = append(starts, row.Low)
		}
	}
	slices.Sort(starts)
	return starts
}

// Frames is the innermost frame alone.
func (s *Symbols) Frames(r *machine.Regs, _ machine.Memory, _ int) []stepper.Frame {
	f, _ := s.Function(r.PC())
	return []stepper.Frame{{PC: r.PC(), CFA: r.SP(), Regs: *r, Function: f.Name, Entry: f.Entry}}
}

// Caller implements stepper.Symbols: there is none.
func (s *Symbols) Caller(*machine.Regs, machine.Memory) (cfa table.Addr, caller machine.Regs, ok bool) {
	return 0, machine.Regs{}, false
}

// Trampoline implements stepper.Symbols: there are none.
func (s *Symbols) Trampoline(table.Addr, machine.Memory) (table.Addr, bool) { return 0, false }

// Lookup finds a name.
func (s *Symbols) Lookup(location string, _ table.Addr) ([]stepper.Place, error) {
	a, ok := s.Names[location]
	if !ok {
		return nil, fmt.Errorf("no symbol %q", location)
	}
	return []stepper.Place{{Addr: a, Function: location}}, nil
}

// Symbol implements stepper.Symbols.
func (s *Symbols) Symbol(a table.Addr) (string, uint64, bool) {
	f, ok := s.Function(a)
	return f.Name, uint64(a - f.Entry), ok
}

// Address implements stepper.Symbols.
func (s *Symbols) Address(name string) (table.Addr, bool) {
	a, ok := s.Names[name]
	return a, ok
}

// Reload implements stepper.Symbols.
func (s *Symbols) Reload([]*table.Module) {}
