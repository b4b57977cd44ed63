package steps

import (
	"rseqstep/stepper/drive"
	"rseqstep/stepper/tracee"
	"rseqstep/table"
)

// deliver delivers the thread's pending signal, from its signal-delivery-stop or set by the
// user, and leaves the thread at the handler's first instruction. gdb's steps end there, those
// by lines as well ("stepi", "nexti", "step", "next", "until"; gdb, "Signals"; tried with gdb
// 13), whatever the thread's PC: the signal precedes the next instruction. If no handler would
// run, entered is false and nothing has happened.
func (s *Stepper) deliver(th *drive.Thread) (entered bool, stop drive.Stop, err error) {
	t, ok := s.Target.(tracee.HandlerTarget)
	if !ok || th.Signal == 0 || !t.Handles(th.TID, th.Signal) {
		return false, nil, nil
	}
	if err := s.Quiet.Restore(th); err != nil {
		return false, nil, err
	}
	now, _ := s.Registration.Read(th)
	th.StoppedAt = 0
	if _, stop, err := s.Do(s.Instruction(th, nil)); stop != nil || err != nil {
		return false, stop, err
	}
	if err := s.Drive.Load(th); err != nil {
		return false, nil, err
	}
	if p := now.Section; now.Live {
		// See rseq_signal_deliver, kernel/rseq.c: the handler returns to the abort handler.
		s.ReportRestart(th, p)
	}
	return true, nil, nil
}

// deliverLine is deliver for a step by lines. entered: the step ends here. As in gdb, step runs
// a handler without symbols to its end and continues.
func (s *Stepper) deliverLine(th *drive.Thread, into bool) (entered bool, stop drive.Stop, err error) {
	if err := s.Drive.Load(th); err != nil {
		return false, nil, err
	}
	back, sp := []table.Addr{th.Regs.PC()}, th.Regs.SP()
	if p := s.Sections.Image().At(th.Regs.PC()); p != nil {
		back = append(back, p.Abort)
	}
	entered, stop, err = s.deliver(th)
	if !entered || !into {
		return entered, stop, err
	}
	if _, named := s.symbols.Function(th.Regs.PC()); named {
		return true, nil, nil
	}
	_, stop, err = s.Do(runTo(th, back, func(th *drive.Thread) bool { return th.Regs.SP() == sp }))
	return false, stop, err
}
