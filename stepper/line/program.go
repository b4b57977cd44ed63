package line

import (
	"rseqstep/stepper/machine"
	"rseqstep/stepper/rseq"
	"rseqstep/stepper/source"
	"rseqstep/table"
)

// Symbols is what stepping through lines asks about the program's source: see
// source.Symbols.
type Symbols interface {
	Function(pc table.Addr) (source.Function, bool)
	Inlines(pc table.Addr) (depth, entering int)
	Line(pc table.Addr, depth int) (source.Line, bool)
	LineStart(pc table.Addr, depth int) bool
	LineRanges(pc table.Addr, depth int) []machine.Range
	BlockRanges(pc table.Addr, depth int) []machine.Range
	Caller(r *machine.Regs, mem machine.Memory) (cfa table.Addr, caller machine.Regs, ok bool)
	Address(name string) (table.Addr, bool)
}

// Program answers what stepping through the lines of one process asks.
type Program struct {
	mem      machine.Memory
	symbols  Symbols
	sections *rseq.Sections
	landings *Landings // nil: not looked for yet
}

// New is the Program of a process, whose symbols and sections are the caller's to keep.
func New(mem machine.Memory, symbols Symbols, sections *rseq.Sections) *Program {
	return &Program{mem: mem, symbols: symbols, sections: sections}
}

// Reload forgets what depends on the modules, which have changed.
func (p *Program) Reload() { p.landings = nil }

// Landings is where exceptions and longjmps pass through, looked for once for each set
// of modules. It belongs to the Program.
func (p *Program) Landings() *Landings {
	if p.landings == nil {
		l := FindLandings(p.symbols.Address)
		p.landings = &l
	}
	return p.landings
}

// JumpTarget is JumpTarget in the program's modules.
func (p *Program) JumpTarget(r *machine.Regs) (place, sp table.Addr, ok bool) {
	return JumpTarget(r, p.mem, func(a table.Addr) bool { return p.sections.Image().ModuleAt(a) != nil })
}

// Outer is the inline depth at pc without the inlined calls that begin there.
func (p *Program) Outer(pc table.Addr) int {
	total, entering := p.symbols.Inlines(pc)
	return total - entering
}

// frame is the CFA of the frame with these registers.
func (p *Program) frame(r *machine.Regs) (cfa table.Addr, ok bool) {
	cfa, _, ok = p.symbols.Caller(r, p.mem)
	return cfa, ok
}
