package stepper

import "context"

// ContinueOver is Continue for a client that steps by it: it waits for the
// selected thread at a breakpoint of its own, where a function returns to, or at
// the lines of one. So the thread's passes are counted, and helped, as in a step.
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
