package stepper

import "rseqstep/table"

// maxHandler is how far an abort handler may reach, in bytes, that stands by
// itself, and how many steps it may take to jump back. Those that librseq and tcmalloc
// emit are one jump, or count the abort first: up to 14 bytes.
const maxHandler = 64

// leaveHandler steps a thread out of an abort handler that has no lines, to the
// code that it jumps back to. Handlers often stand in a section of their own,
// without a symbol, where a line step would not know what function it is in; and
// a thread that is stopped inside a section goes on there. Elsewhere it does nothing.
func (e *Engine) leaveHandler(th *thread) (*Stop, error) {
	if !e.inHandler(th.regs.PC()) {
		return nil, nil
	}
	for range maxHandler {
		if stop, err := e.stepOne(th); stop != nil || err != nil {
			return stop, err
		}
		if err := e.load(th); err != nil {
			return nil, err
		}
		pc := th.regs.PC()
		if _, ok := e.symbols.Line(pc, 0); ok || !e.inHandler(pc) {
			return nil, nil
		}
	}
	return nil, nil
}

// inHandler reports whether a place is at the abort handler of a section, or a
// little behind its start.
func (e *Engine) inHandler(pc table.Addr) bool {
	for _, p := range e.image.Sections() {
		if pc >= p.Abort && pc-p.Abort < maxHandler {
			return true
		}
	}
	return false
}
