//go:build linux && (amd64 || arm64)

package ptrace

// If the debugger is killed, the kernel decides what becomes of the program: it
// releases every tracee as it is (exit_ptrace, kernel/ptrace.c).
// PTRACE_O_EXITKILL kills a program that was launched. An attached program must
// survive intact or not at all: with a trap in its text it would die of
// SIGTRAP, or its SIGTRAP handler would return into the middle of an
// instruction; with a lifted rseq registration it would run through a section
// that nothing protects. So a thread has PTRACE_O_EXITKILL from before the
// first change until all changes are undone; one such thread takes the whole
// process with it. The code that makes the changes keeps track of them and
// reports it here (ExitKill).
//
// Changes that Process makes itself count too, until the thread next runs natively. A
// single step is one: the trap flag outlives the tracer, and after a step the thread is
// in a signal-delivery-stop of SIGTRAP, which the kernel would deliver. Migration is
// another: it changes the thread's affinity meanwhile.

// survival is what a thread's ptrace options make of the tracer's death.
type survival int

const (
	unknown        survival = iota // inherited from the thread that created it
	survivesTracer                 // without PTRACE_O_EXITKILL
	diesWithTracer                 // with it
)

// armExitKill makes the kernel kill a stopped thread when the debugger dies. Call
// it before a change.
func (p *Process) armExitKill(t *thread) {
	if p.launched || t.survival == diesWithTracer {
		return
	}
	if ptraceCall(reqSetOptions, t.tid, 0, optTraceSysGood|optEvents|optExitKill) == 0 { // else it has been killed
		t.survival = diesWithTracer
	}
}

// ExitKill sets whether the program is changed and must die with the debugger. A running
// thread gets the option when it is next resumed.
func (p *Process) ExitKill(on bool) {
	p.changed = on
	if !on || p.launched {
		return
	}
	for _, t := range p.order {
		if t.held {
			p.armExitKill(t)
		}
	}
}

// disarmExitKill lets a stopped thread that is about to run natively survive the
// debugger, if the debugger has left nothing in it.
func (p *Process) disarmExitKill(t *thread) {
	if p.launched || t.survival == survivesTracer || !p.intact(t) {
		return
	}
	if ptraceCall(reqSetOptions, t.tid, 0, optTraceSysGood|optEvents) == 0 {
		t.survival = survivesTracer
	}
}

// intact reports whether a thread would run on as if it had never been traced.
func (p *Process) intact(t *thread) bool { return !p.changed && t.ownAffinity == nil }
