package stepper

import "rseqstep/stepper/rseq"

// leaveHandler steps a thread out of an abort handler that has no lines, to the
// code that it jumps back to. Handlers often stand in a section of their own,
// without a symbol, where a line step would not know what function it is in; and
// a thread that is stopped inside a section goes on there. Elsewhere it does nothing.
func (e *Engine) leaveHandler(th *thread) (*Stop, error) {
	if !e.sections.InHandler(th.Regs.PC()) {
		return nil, nil
	}
	for range rseq.MaxHandler { // steps that it may take to jump back
		if stop, err := e.stepOne(th); stop != nil || err != nil {
			return stop, err
		}
		if err := e.load(th); err != nil {
			return nil, err
		}
		pc := th.Regs.PC()
		if _, ok := e.symbols.Line(pc, 0); ok || !e.sections.InHandler(pc) {
			return nil, nil
		}
	}
	return nil, nil
}
