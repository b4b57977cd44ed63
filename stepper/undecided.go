package stepper

import (
	"errors"

	"rseqstep/stepper/tracee"
)

// undecided is a fork that was caught: which process is kept is still open.
type undecided struct {
	event tracee.Event
}

// Undecided is the process whose making was caught and that is still held, 0
// for none.
func (e *Engine) Undecided() int {
	if e.fork == nil || !e.target.Alive() {
		return 0
	}
	return e.fork.event.Child
}

// UndecidedShares reports whether that process runs in its parent's memory, and the
// parent in it as well (clone(2): CLONE_VM and SIGCHLD, without CLONE_VFORK).
func (e *Engine) UndecidedShares() bool { return e.Undecided() != 0 && e.fork.event.Shared }

// KeepParent lets a caught child go, free of breakpoints.
func (e *Engine) KeepParent() error { return e.decide(FollowParent) }

// KeepChild goes on with a caught child; the parent is let go.
func (e *Engine) KeepChild() error { return e.decide(FollowChild) }

// decide keeps one of the processes of a caught fork.
func (e *Engine) decide(keep FollowFork) error {
	if e.Undecided() == 0 {
		return nil
	}
	return errors.Join(e.unpin(), e.forkedAs(e.fork.event, keep))
}
