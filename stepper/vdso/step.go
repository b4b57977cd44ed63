package vdso

import (
	"fmt"

	"rseqstep/stepper/drive"
	"rseqstep/stepper/machine"
	"rseqstep/stepper/rseq"
	"rseqstep/stepper/tracee"
	"rseqstep/table"
)

// Step steps a thread whose PC is in the vDSO: from a function's first instruction the unit to
// its return, unless the user steps inside; from anywhere else one instruction.
func (s *Stepper) Step(th *drive.Thread, inside bool) drive.Answer {
	frame, err := s.frame(th)
	if err != nil {
		return drive.Then(s.instruction(th), drive.Arrive)
	}
	entry := th.Regs.PC() == frame.Function.Start
	a := s.calls[th].of(&frame, th.Runs)
	if a != nil && entry && !a.begins(&th.Regs) {
		a = nil // another call
	}
	if a == nil {
		if entry && !inside {
			return drive.Then(s.Run(th), drive.Arrive)
		}
		a = s.enter(th, &frame)
		s.calls[th] = s.calls[th].with(a, th.Runs)
	}
	return s.stepInside(th, a, frame.Inner)
}

// Run runs a vDSO function natively from its first instruction, where the thread is, to its
// return address.
func (s *Stepper) Run(th *drive.Thread) *drive.Move {
	frame, err := s.frame(th)
	if err != nil || frame.Function.Start != th.Regs.PC() {
		return s.instruction(th)
	}
	return s.runOut(th, s.enter(th, &frame))
}

// runOut runs an activation natively to its return. If that takes long and the thread still
// loops in it, the system call replaces it.
func (s *Stepper) runOut(th *drive.Thread, a *activation) *drive.Move {
	returned := drive.When(func(th *drive.Thread) bool { return th.Regs.SP() >= a.cfa })
	m := drive.Run(th, []table.Addr{a.back}, returned, s.patience)
	m.Keeps, m.Overdue = true, func(th *drive.Thread) drive.Answer { return s.overdue(th, a) }
	m.End = func(how drive.Ending) error {
		switch how {
		case drive.Failed:
		case drive.Arrived:
			s.host.Left(th, &a.function, rseq.Returned, a.rung)
		default:
			s.host.Left(th, &a.function, rseq.Diverted, a.rung)
		}
		return nil
	}
	return m
}

// overdue checks a thread that should have returned from a long ago and still runs. If it is in a
// signal's handler, or about to return from a system call that the function fell back to, it
// continues.
func (s *Stepper) overdue(th *drive.Thread, a *activation) drive.Answer {
	a.looks++
	if th.Regs.InSyscall() || !s.Contains(th.Regs.PC()) || a.looks < a.enoughLooks() {
		return drive.Answer{}
	}
	frame, err := s.frame(th)
	if err != nil || !a.is(&frame) {
		return drive.Answer{}
	}
	why, err := s.callInstead(th, a, &frame)
	if err != nil {
		return drive.Fails(err)
	}
	if why != "" {
		s.notify(a, "it does not return, and the system call cannot take its place: "+why)
		return drive.Answer{}
	}
	s.notify(a, "it did not return within "+drive.FirstLook.String()+"; the system call of that name was made in its place")
	return drive.Arrive()
}

// stepInside steps one instruction of an activation into which the user steps, and leaves a loop
// that has repeated too often. inner is the CFA of the frame of the PC.
func (s *Stepper) stepInside(th *drive.Thread, a *activation, inner table.Addr) drive.Answer {
	insn, err := s.code.Decode(th.Regs.PC())
	if err != nil {
		return drive.Then(s.host.Instruction(th, nil), drive.Arrive)
	}
	return drive.Then(s.host.Instruction(th, insn), func() drive.Answer {
		pc := th.Regs.PC()
		if !s.Contains(pc) { // it has returned, or a signal's handler has begun
			if insn.Kind == machine.Return {
				s.calls[th] = s.calls[th].without(a)
			}
			return drive.Arrive()
		}
		if n := a.after(insn, pc, inner); n > 0 {
			return s.leave(th, a, n)
		}
		return drive.Arrive()
	})
}

// leave takes a thread out of an activation whose loop has repeated n times: by the equivalent
// system call, or natively if that is impossible.
func (s *Stepper) leave(th *drive.Thread, a *activation, n int) drive.Answer {
	s.calls[th] = s.calls[th].without(a)
	frame, err := s.frame(th)
	if err != nil {
		return drive.Fails(fmt.Errorf("internal: the frame of %s is lost: %w", a.function.Name, err))
	}
	why, err := s.callInstead(th, a, &frame)
	if err != nil {
		return drive.Fails(err)
	}
	if why != "" {
		s.notify(a, fmt.Sprintf("its loop came round %d times; it was run natively to its return, because %s", n, why))
		return drive.Then(s.runOut(th, a), drive.Arrive)
	}
	s.notify(a, fmt.Sprintf("its loop came round %d times; the system call of that name was made in its place", n))
	s.host.Left(th, &a.function, rseq.Returned, a.rung)
	return drive.Arrive()
}

// callInstead makes the equivalent system call in a thread that is in an activation, and makes
// it return from the function with the result. why says what prevents it; then nothing was
// changed.
// Precondition: every other thread is held; the thread is in no system call.
func (s *Stepper) callInstead(th *drive.Thread, a *activation, f *machine.VDSOFrame) (why string, err error) {
	call, why := a.replacement(&s.target.Arch().Calls, f)
	if why != "" {
		return why, nil
	}
	if s.host.Filtered(th) {
		return "the program has a seccomp filter that may kill it for the system call", nil
	}
	result, err := s.target.Syscall(th.TID, call.number, a.args[:call.args]...)
	th.Fresh = false
	if err != nil {
		if tracee.IsGone(err) {
			return "", err
		}
		return err.Error(), nil
	}
	if why := unlike(result); why != "" {
		return why, nil
	}
	if a.bounded() {
		if err := releaseRandom(s.target.WriteMemory, a.args); err != nil {
			return "", err
		}
	}
	r := f.Caller
	r.SetResult(uint64(result))
	r.ForgetSyscall()
	if err := s.target.SetRegs(th.TID, &r); err != nil {
		return "", err
	}
	a.rung = rseq.RungOpv
	err = s.target.Regs(th.TID, &th.Regs)
	th.Fresh = err == nil
	return "", err
}
