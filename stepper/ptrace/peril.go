//go:build linux && amd64

package ptrace

// What becomes of the program when the debugger is killed is the kernel's to
// decide: it lets every tracee go where it stands (exit_ptrace,
// kernel/ptrace.c). A program that we launched is ended by PTRACE_O_EXITKILL.
// One that we attached to must go on intact or not at all: with a trap in its
// text it would die of SIGTRAP, or its handler of that signal would return into
// the middle of an instruction; with a lifted registration it would go on
// through a section that nothing protects. So a thread has PTRACE_O_EXITKILL
// from before the first thing that is changed until all of it is undone; one
// thread that has it takes the process with it. Whoever makes the changes keeps
// the books of them, and says so here (ExitKill).
//
// What Process does to a thread by itself counts as a change, too, until the thread
// is next resumed natively. A single step does: the trap flag outlives the tracer,
// and a thread that stands after a step is in a signal-delivery-stop of SIGTRAP,
// which would be delivered. Migrating a thread changes its affinity meanwhile.

// survival is what a thread's options say of the death of its tracer.
type survival int

const (
	unknown    survival = iota // as the thread that made it, at the time
	goesOn                     // without PTRACE_O_EXITKILL
	diesWithUs                 // with it
)

// endanger makes a held thread die with us. It is to be called before a change.
func (p *Process) endanger(t *thread) {
	if p.launched || t.outlives == diesWithUs {
		return
	}
	if ptraceCall(reqSetOptions, t.tid, 0, optTraceSysGood|optEvents|optExitKill) == 0 { // else it has been killed
		t.outlives = diesWithUs
	}
}

// ExitKill says whether the program is changed and must die with us. A thread that
// runs natively meanwhile is made to when it is next resumed.
func (p *Process) ExitKill(on bool) {
	p.changed = on
	if !on || p.launched {
		return
	}
	for _, t := range p.order {
		if t.held {
			p.endanger(t)
		}
	}
}

// reprieve lets a held thread that is about to run natively survive us, if
// nothing of ours is left in it.
func (p *Process) reprieve(t *thread) {
	if p.launched || t.outlives == goesOn || !p.intact(t) {
		return
	}
	if ptraceCall(reqSetOptions, t.tid, 0, optTraceSysGood|optEvents) == 0 {
		t.outlives = goesOn
	}
}

// intact reports whether a thread would go on as if it had never been traced.
func (p *Process) intact(t *thread) bool { return !p.changed && t.away == nil }
