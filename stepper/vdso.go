package stepper

import (
	"rseqstep/stepper/drive"
	"rseqstep/stepper/machine"
	"rseqstep/table"
)

// vdsoCall is one activation of a vDSO function in one thread.
type vdsoCall struct {
	function machine.VDSOFunction
	back     table.Addr // return address
	cfa      table.Addr // rsp after the return
	args     [6]uint64  // as they were at its first instruction
	seen     bool       // args is known: the Engine saw the thread there
	untaken  bool       // getrandom: no call used its state at the first instruction

	rounds map[round]int
	runs   int      // thread.Runs at the last look; if it has changed, the call may be another one
	rung   Rung     // the rung that ended it
	looks  int      // how often a look has found it running, drive.FirstLook apart
	told   []string // the texts of the notes about it
}

// round is the head of a loop in one frame, of the function or one of its helpers.
type round struct{ head, cfa table.Addr }

// name is the function as the C library calls it.
func (c *vdsoCall) name() string { return c.function.Short }

// newVDSOCall describes the activation that a thread is in. It knows the arguments only
// at the function's first instruction.
func (e *Engine) newVDSOCall(th *thread, f *machine.VDSOFrame) *vdsoCall {
	c := &vdsoCall{function: f.Function, back: f.Caller.PC(), cfa: f.CFA(), rounds: map[round]int{}, runs: th.Runs, rung: RungRun}
	if th.Regs.PC() == f.Function.Start {
		c.seen, c.args = true, th.Regs.Arguments()
		if c.name() == "getrandom" {
			c.untaken = e.randomUntaken(c)
		}
	}
	return c
}

// is reports whether a frame belongs to this activation.
func (c *vdsoCall) is(f *machine.VDSOFrame) bool {
	return c.cfa == f.CFA() && c.back == f.Caller.PC() && c.function.Start == f.Function.Start
}

// vdsoHere steps a thread whose PC is in the vDSO: from a function's first instruction the unit
// to its return, unless the user steps inside; from anywhere else one instruction.
func (e *Engine) vdsoHere(th *thread) drive.Answer {
	pc := th.Regs.PC()
	frame, err := e.vdso.Leave(&th.Regs, e.target)
	if err != nil {
		insn, _ := e.sections.Decode(pc) // nil when it cannot be decoded
		return drive.Then(e.units.Instruction(th.Thread, insn), drive.Arrive)
	}
	entry := pc == frame.Function.Start
	c := th.vdsoCallOf(&frame)
	if c != nil && entry && (!c.seen || c.args != th.Regs.Arguments()) {
		c = nil // another call; with the same arguments, treating it as the same one is correct
	}
	if c == nil {
		if entry && !e.units.Entering {
			return drive.Then(e.runVDSO(th, frame.Function), drive.Arrive)
		}
		c = e.newVDSOCall(th, &frame)
		th.keepVDSOCall(c)
	}
	return e.insideVDSO(th, c, frame.Inner)
}

// vdsoCallOf finds the activation of a frame among those in which the thread was stepped
// without a native run since.
func (th *thread) vdsoCallOf(f *machine.VDSOFrame) *vdsoCall {
	for _, c := range th.calls {
		if c.runs == th.Runs && c.is(f) {
			return c
		}
	}
	return nil
}

// keepVDSOCall stores an activation beside those that a signal's handler, or a handler's
// handler, has interrupted. It forgets the activation that this one replaces.
func (th *thread) keepVDSOCall(c *vdsoCall) {
	var calls []*vdsoCall
	for _, d := range th.calls {
		if d.runs == th.Runs && d.cfa != c.cfa {
			calls = append(calls, d)
		}
	}
	th.calls = append(calls, c)
}

// dropVDSOCall forgets an activation that has ended.
func (th *thread) dropVDSOCall(c *vdsoCall) {
	for n, d := range th.calls {
		if d == c {
			th.calls = append(th.calls[:n], th.calls[n+1:]...)
			return
		}
	}
}

// runVDSO runs a vDSO function natively from its first instruction to its return address.
func (e *Engine) runVDSO(th *thread, f machine.VDSOFunction) *drive.Move {
	frame, err := e.vdso.Leave(&th.Regs, e.target)
	if err != nil || frame.Function.Start != f.Start {
		insn, _ := e.sections.Decode(th.Regs.PC())
		return e.units.Instruction(th.Thread, insn)
	}
	return e.runOut(th, e.newVDSOCall(th, &frame))
}

// runOut runs an activation natively to its return. If that takes long and the thread still
// loops in it, the system call replaces it.
func (e *Engine) runOut(th *thread, c *vdsoCall) *drive.Move {
	m := runTo(th, []table.Addr{c.back}, func(th *drive.Thread) bool { return th.Regs.SP() >= c.cfa })
	m.Keeps, m.Overdue = true, func(t *drive.Thread) drive.Answer { return e.spins(th, c) }
	m.End = func(how drive.Ending) error {
		report := UnitReport{TID: th.TID, Section: c.function.Name, Start: c.function.Start, CPU: -1, Rung: c.rung, Result: Diverted}
		switch how {
		case drive.Failed:
			return nil
		case drive.Arrived:
			report.Result, report.Exit = Returned, th.Regs.PC()
		}
		e.report.Add(report)
		return nil
	}
	return m
}

// spins checks a thread that should have returned from c long ago and still runs. If it is in a
// signal's handler, or about to return from a system call that the function fell back to, it
// continues.
func (e *Engine) spins(th *thread, c *vdsoCall) drive.Answer {
	c.looks++
	if th.Regs.InSyscall() || !e.vdso.Contains(th.Regs.PC()) || c.looks < c.enoughLooks() {
		return drive.Answer{}
	}
	frame, err := e.vdso.Leave(&th.Regs, e.target)
	if err != nil || !c.is(&frame) {
		return drive.Answer{}
	}
	why, err := e.callInstead(th, c, &frame)
	if err != nil {
		return drive.Fails(err)
	}
	if why != "" {
		e.notifyVDSO(c, "it does not return, and the system call cannot take its place: "+why)
		return drive.Answer{}
	}
	e.notifyVDSO(c, "it did not return within "+drive.FirstLook.String()+"; the system call of that name was made in its place")
	return drive.Arrive()
}

// slowestRandom is how many bytes getrandom generates per second at least: a hundredth of what
// it generates on a current processor.
const slowestRandom = 4 << 20

// enoughLooks is how many looks must find an activation running before it counts as stuck.
func (c *vdsoCall) enoughLooks() int {
	if !c.bounded() {
		return 1
	}
	return 2 + int(min(c.args[1], maxRandom)/slowestRandom)
}

// notifyVDSO adds a note about an activation, each text once.
func (e *Engine) notifyVDSO(c *vdsoCall, text string) {
	for _, t := range c.told {
		if t == text {
			return
		}
	}
	c.told = append(c.told, text)
	e.drive.Notify("%s in the vDSO: %s", c.name(), text)
}
