package line

import (
	"rseqstep/stepper/machine"
	"rseqstep/stepper/rseq"
	"rseqstep/stepper/source"
	"rseqstep/table"
)

// Symbols is the part of source.Symbols that line stepping needs.
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

// Program answers the questions of line stepping for one process.
type Program struct {
	mem      machine.Memory
	symbols  Symbols
	sections *rseq.Sections
	landings *Landings // nil: not searched yet

	// Over decides whether a step from a function does not enter another, which has lines; nil:
	// it enters them all.
	Over func(from, to source.Function) bool

	// OverInlined decides the same about the call inlined at pc at an inline depth.
	OverInlined func(pc table.Addr, depth int) bool
}

// New returns the Program of a process. The symbols and the sections belong to the caller.
func New(mem machine.Memory, symbols Symbols, sections *rseq.Sections) *Program {
	return &Program{mem: mem, symbols: symbols, sections: sections}
}

// Reload drops the data that depends on the modules. Call it when they have changed.
func (p *Program) Reload() { p.landings = nil }

// Landings returns the landings, which it searches once for each set of modules. The result
// belongs to the Program.
func (p *Program) Landings() *Landings {
	if p.landings == nil {
		l := FindLandings(p.symbols.Address)
		p.landings = &l
	}
	return p.landings
}

// JumpTarget is Landings.JumpTarget for the program's modules. ok is false for a jump of the C
// library's own, into its code without lines: that is how a thread ends (pthread_exit(3)).
func (p *Program) JumpTarget(r *machine.Regs) (place, sp table.Addr, ok bool) {
	module := p.sections.Image().ModuleAt
	place, sp, ok = p.Landings().JumpTarget(r, p.mem, func(a table.Addr) bool { return module(a) != nil })
	if ok && module(place) == module(r.PC()) {
		f, known := p.symbols.Function(place)
		ok = known && f.HasLines
	}
	return place, sp, ok
}

// Outer returns the inline depth at pc without the inlined calls that begin there.
func (p *Program) Outer(pc table.Addr) int {
	total, entering := p.symbols.Inlines(pc)
	return total - entering
}

// frame returns the CFA of the frame with these registers.
func (p *Program) frame(r *machine.Regs) (cfa table.Addr, ok bool) {
	cfa, _, ok = p.symbols.Caller(r, p.mem)
	return cfa, ok
}
