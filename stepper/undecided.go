package stepper

import "errors"

// Undecided is the child of a caught fork that is still held, 0 for none.
func (e *Engine) Undecided() int {
	if e.mind.fork == nil || !e.target.Alive() {
		return 0
	}
	return e.mind.fork.Child
}

// UndecidedShares reports whether that child and its parent both run in the same memory
// (clone(2): CLONE_VM and SIGCHLD, without CLONE_VFORK).
func (e *Engine) UndecidedShares() bool { return e.Undecided() != 0 && e.mind.fork.Shared }

// KeepParent detaches from a caught child, without breakpoints in it.
func (e *Engine) KeepParent() error { return e.decide(FollowParent) }

// KeepChild continues in a caught child and detaches from the parent.
func (e *Engine) KeepChild() error { return e.decide(FollowChild) }

// decide keeps one of the processes of a caught fork.
func (e *Engine) decide(keep FollowFork) error {
	if e.Undecided() == 0 {
		return nil
	}
	return errors.Join(e.unpin(), e.mind.forkedAs(*e.mind.fork, keep))
}

// SplitChild ends the state after a caught fork in which both processes are held: split makes
// the child a Target of its own, and both stay held. If split fails, the fork stays undecided.
func (e *Engine) SplitChild(split func(child int) error) error {
	child := e.Undecided()
	if child == 0 {
		return nil
	}
	if err := e.unpin(); err != nil {
		return err
	}
	if err := split(child); err != nil {
		return err
	}
	e.mind.fork = nil
	return nil
}
