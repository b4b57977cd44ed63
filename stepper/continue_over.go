package stepper

// ContinueOver is Continue for a client that steps by it: it waits for the
// selected thread at a breakpoint of its own, where a function returns to, or at
// the lines of one. So the thread's passes are counted, and helped, as in a step.
func (e *Engine) ContinueOver() (Stop, error) {
	return e.command(func(th *thread) (*Stop, error) {
		if err := e.load(th); err != nil {
			return nil, err
		}
		_, stop, err := e.travel(th, &traps{tid: th.tid, free: true, over: true, sections: e.sections.Around(th.regs.PC())})
		return stop, err
	})
}
