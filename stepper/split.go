package stepper

// SplitChild ends the time after a caught fork in which both processes are held:
// split makes a Target of its own of the child, and both stay held. Where that
// fails the fork stays undecided.
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
	e.fork = nil
	return nil
}
