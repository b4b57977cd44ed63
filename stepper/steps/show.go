package steps

import "rseqstep/stepper/drive"

// Depth is the inline depth shown to the user at the thread's PC.
func (s *Stepper) Depth(th *drive.Thread) int {
	pc := th.Regs.PC()
	if th.View.PC == pc && pc != 0 {
		return th.View.Depth
	}
	total, _ := s.symbols.Inlines(pc)
	return total
}

// showInner shows the innermost inlined call, as gdb does after stepi.
func (s *Stepper) showInner(th *drive.Thread) error {
	if !s.Target.Alive() {
		return nil
	}
	if err := s.Drive.Load(th); err != nil {
		return err
	}
	pc := th.Regs.PC()
	total, _ := s.symbols.Inlines(pc)
	th.Show(pc, total)
	return nil
}

// showOuter selects the frame at the PC that is outside the inlined calls beginning there.
func (s *Stepper) showOuter(th *drive.Thread) error {
	if err := s.Drive.Load(th); err != nil {
		return err
	}
	th.Show(th.Regs.PC(), s.Program.Outer(th.Regs.PC()))
	return nil
}
