package steps

import (
	"rseqstep/stepper/drive"
	"rseqstep/stepper/rseq"
)

// leaveHandler steps a thread out of an abort handler without lines, to the code to which the
// handler jumps. Handlers often lie in a section of their own, without a symbol, where a line
// step would not know its function; and a thread that stopped inside a critical section resumes
// at its handler. Outside of such handlers leaveHandler does nothing.
func (s *Stepper) leaveHandler(th *drive.Thread) (drive.Stop, error) {
	if !s.Sections.InHandler(th.Regs.PC()) {
		return nil, nil
	}
	for range rseq.MaxHandler { // instructions that a handler may execute before it jumps back
		if stop, err := s.one(th); stop != nil || err != nil {
			return stop, err
		}
		if err := s.Drive.Load(th); err != nil {
			return nil, err
		}
		pc := th.Regs.PC()
		if _, ok := s.symbols.Line(pc, 0); ok || !s.Sections.InHandler(pc) {
			return nil, nil
		}
	}
	return nil, nil
}
