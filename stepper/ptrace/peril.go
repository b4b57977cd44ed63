//go:build linux && amd64

package ptrace

import "golang.org/x/sys/unix"

// What becomes of the program when the debugger is killed is the kernel's to
// decide: it lets every tracee go where it stands (exit_ptrace,
// kernel/ptrace.c). A program that we launched is ended by PTRACE_O_EXITKILL.
// One that we attached to must go on intact or not at all: with a trap in its
// text it would die of SIGTRAP, or its handler of that signal would return into
// the middle of an instruction; with a lifted registration it would go on
// through a section that nothing protects. So a thread has PTRACE_O_EXITKILL
// from before the first thing that we change until all of it is undone; one
// thread that has it takes the process with it.
//
// A single step counts as a change: the trap flag outlives the tracer, and a
// thread that stands after a step is in a signal-delivery-stop of SIGTRAP,
// which would be delivered.

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

// endangerAll is endanger for every held thread: for what they share.
func (p *Process) endangerAll() {
	if p.launched {
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
func (p *Process) intact(t *thread) bool {
	return len(p.points.list) == 0 && p.pinned.tid == 0 &&
		t.debug.control == 0 && t.debug.wantControl == 0 &&
		!t.lifted && t.mask == nil && t.away == nil
}

// keepMask notes a thread's own signal mask while another one is put in its
// place, and forgets it when it is put back.
func (p *Process) keepMask(t *thread, blocked uint64) {
	if p.launched {
		return
	}
	switch {
	case t.mask == nil:
		if own, err := p.SignalMask(t.tid); err == nil && own != blocked {
			t.mask = &own
		}
	case *t.mask == blocked:
		t.mask = nil
	}
}

// keepRegistration notes whether an injected rseq(2) has lifted a thread's
// registration or put it back.
func (t *thread) keepRegistration(nr uint64, args []uint64, result int64) {
	if nr == unix.SYS_RSEQ && result == 0 && len(args) > 2 {
		t.lifted = args[2]&rseqUnregister != 0
	}
}

// rseqUnregister is RSEQ_FLAG_UNREGISTER (include/uapi/linux/rseq.h).
const rseqUnregister = 1
