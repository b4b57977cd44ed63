package stepper

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
	e.fork = nil
	return nil
}
