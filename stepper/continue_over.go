package stepper

import "context"

// ContinueOver is Continue for a client that uses it to step: the client has a breakpoint of
// its own for the selected thread, at a function's return address or on the lines of a
// function. So the Engine counts the thread's passes, and helps them, as in a step.
func (e *Engine) ContinueOver(ctx context.Context) (Stop, error) {
	return e.command(ctx, func(th *thread) (*Stop, error) {
		if err := e.load(th); err != nil {
			return nil, err
		}
		m := journey(th)
		m.Free, m.Over, m.Sections = true, true, e.sections.Around(th.Regs.PC())
		_, stop, err := e.do(m)
		return stop, err
	})
}
