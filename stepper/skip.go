package stepper

import (
	"rseqstep/stepper/machine"
	"rseqstep/stepper/tracee"
	"rseqstep/table"
)

// StepOver decides whether step runs over a function as if it had no lines: one that the user wants
// skipped, by its name and source file ("" if unknown).
type StepOver func(function, file string) bool

// decideSkips makes the Engine's program ask which functions a step does not enter.
func decideSkips(e *Engine) {
	e.steps.Program.Over = func(from, to Function) bool { return skips(e, from, to) }
	e.steps.Program.OverInlined = func(pc table.Addr, depth int) bool { return skipsInlined(e, pc, depth) }
}

// skips reports whether a step from a function does not enter another, which has lines. Nobody
// wants to see how the dynamic linker provides a function or a thread-local variable
// (__tls_get_addr): a step enters its functions only from there, as in gdb
// (in_solib_dynsym_resolve_code, infrun.c).
func skips(e *Engine, from, to Function) bool {
	if to.Module != from.Module && to.Module == dynamicLinker(e) {
		return true
	}
	if e.policy.StepOver == nil {
		return false
	}
	line, _ := e.symbols.Line(to.Entry, e.steps.Program.Outer(to.Entry))
	return e.policy.StepOver(to.Name, line.File)
}

// skipsInlined is skips for the call that is inlined at pc at an inline depth.
func skipsInlined(e *Engine, pc table.Addr, depth int) bool {
	if e.policy.StepOver == nil {
		return false
	}
	r := e.target.Arch().Regs(machine.Words{})
	r.SetPC(pc)
	total, _ := e.symbols.Inlines(pc)
	for _, f := range e.symbols.Frames(&r, e.target, total+1) {
		if f.PC == pc && f.Inlined == depth {
			return e.policy.StepOver(f.Function, f.Line.File)
		}
	}
	return false
}

// dynamicLinker returns the path of the process's dynamic linker, "" if it has none.
func dynamicLinker(e *Engine) string {
	base, err := tracee.AuxValue(e.target, tracee.AuxBase)
	if err != nil || base == 0 {
		return ""
	}
	if m := e.sections.Image().ModuleAt(table.Addr(base)); m != nil {
		return m.Path
	}
	return ""
}
