package stepper

import (
	"errors"

	"rseqstep/stepper/tracee"
)

// undecided is a caught fork of which the user has not chosen the process to keep.
type undecided struct {
	event tracee.Event
}

// Undecided is the child of a caught fork that is still held, 0 for none.
func (e *Engine) Undecided() int {
	if e.fork == nil || !e.target.Alive() {
		return 0
	}
	return e.fork.event.Child
}

// UndecidedShares reports whether that child and its parent both run in the same memory
// (clone(2): CLONE_VM and SIGCHLD, without CLONE_VFORK).
func (e *Engine) UndecidedShares() bool { return e.Undecided() != 0 && e.fork.event.Shared }

// KeepParent detaches from a caught child, without breakpoints in it.
func (e *Engine) KeepParent() error { return e.decide(FollowParent) }

// KeepChild continues in a caught child and detaches from the parent.
func (e *Engine) KeepChild() error { return e.decide(FollowChild) }

// decide keeps one of the processes of a caught fork.
func (e *Engine) decide(keep FollowFork) error {
	if e.Undecided() == 0 {
		return nil
	}
	return errors.Join(e.unpin(), e.forkedAs(e.fork.event, keep))
}
