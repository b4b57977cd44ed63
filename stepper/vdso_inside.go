package stepper

import (
	"fmt"

	"rseqstep/stepper/drive"
	"rseqstep/stepper/machine"
	"rseqstep/table"
)

// insideVDSO steps one instruction of an activation into which the user steps. It leaves a loop
// that has repeated too often: a stepped thread can find that the sequence count has changed in
// each round, and would never leave. inner is the frame of the PC.
func (e *Engine) insideVDSO(th *thread, c *vdsoCall, inner table.Addr) drive.Answer {
	insn, err := e.sections.Decode(th.Regs.PC())
	if err != nil {
		return drive.Then(e.units.Instruction(th.Thread, nil), drive.Arrive)
	}
	return drive.Then(e.units.Instruction(th.Thread, insn), func() drive.Answer { return e.afterVDSOStep(th, c, insn, inner) })
}

// afterVDSOStep counts the rounds of an activation's loops.
func (e *Engine) afterVDSOStep(th *thread, c *vdsoCall, insn *machine.Insn, inner table.Addr) drive.Answer {
	pc := th.Regs.PC()
	if !e.vdso.Contains(pc) {
		if insn.Kind == machine.Return {
			th.dropVDSOCall(c)
		}
		return drive.Arrive() // or a signal's handler has begun
	}
	switch insn.Kind {
	case machine.Call, machine.IndirectCall:
		// What the helper did in an earlier call belongs to another activation.
		for r := range c.rounds {
			if r.cfa < inner {
				delete(c.rounds, r)
			}
		}
	case machine.Jump, machine.CondJump, machine.IndirectJump:
		if pc > insn.Addr || insn.Kind != machine.IndirectJump && pc != insn.Target {
			break
		}
		r := round{head: pc, cfa: inner}
		c.rounds[r]++
		if limit := c.limit(); limit > 0 && c.rounds[r] >= limit {
			return e.leaveVDSO(th, c, c.rounds[r])
		}
	}
	return drive.Arrive()
}

// maxRounds is how often a loop of a vDSO function may repeat in one activation while it is
// stepped (DESIGN 4.4).
const maxRounds = 3

// limit is how often a loop of the activation may repeat; 0: without limit. getrandom's loops
// all end by themselves, stepped or not: each round copies and generates at least a byte, and
// they start over once at most (lib/vdso/getrandom.c, have_retried). ChaCha20 takes ten rounds
// for one block of 64 bytes, and getrandom's smallest call makes two blocks.
func (c *vdsoCall) limit() int {
	if !c.bounded() {
		return maxRounds
	}
	if !c.seen {
		return 0
	}
	return int(2*min(c.args[1], maxRandom)) + 64
}

// maxRandom is how many bytes one call of getrandom returns at most: MAX_RW_COUNT,
// include/linux/fs.h.
const maxRandom = 0x7ffff000

// leaveVDSO takes a thread out of an activation whose loop has repeated n times: by the
// equivalent system call, or natively if that is impossible.
func (e *Engine) leaveVDSO(th *thread, c *vdsoCall, n int) drive.Answer {
	th.dropVDSOCall(c)
	frame, err := e.vdso.Leave(&th.Regs, e.target)
	if err != nil {
		return drive.Fails(fmt.Errorf("internal: the frame of %s is lost: %w", c.function.Name, err))
	}
	why, err := e.callInstead(th, c, &frame)
	if err != nil {
		return drive.Fails(err)
	}
	if why != "" {
		e.notifyVDSO(c, fmt.Sprintf("its loop came round %d times; it was run natively to its return, because %s", n, why))
		return drive.Then(e.runOut(th, c), drive.Arrive)
	}
	e.notifyVDSO(c, fmt.Sprintf("its loop came round %d times; the system call of that name was made in its place", n))
	e.report.Add(UnitReport{TID: th.TID, Section: c.function.Name, Start: c.function.Start, CPU: -1,
		Result: Returned, Exit: th.Regs.PC(), Rung: c.rung})
	return drive.Arrive()
}

// throughHandler runs a signal's handler, which is about to begin, to its end: the thread is
// then back at its current PC. Inside a vDSO function, the handler may instead have left by
// siglongjmp(3) and reached this place in another call of the function; that call has a trap at
// its first instruction.
func (e *Engine) throughHandler(th *thread) *drive.Move {
	pc, sp, runs := th.Regs.PC(), th.Regs.SP(), th.Runs
	where := []table.Addr{pc}
	var c *vdsoCall
	if e.vdso != nil && e.vdso.Contains(pc) && len(th.calls) > 0 {
		if frame, err := e.vdso.Leave(&th.Regs, e.target); err == nil {
			c = th.vdsoCallOf(&frame)
		}
		if c != nil && c.function.Start != pc {
			where = append(where, c.function.Start)
		}
	}
	m := runTo(th, where, func(th *drive.Thread) bool {
		r := &th.Regs
		return r.PC() == pc && r.SP() == sp || c != nil && r.PC() == c.function.Start && r.EntryCFA() == c.cfa
	})
	m.End = func(how drive.Ending) error {
		if how == drive.Arrived && th.Regs.PC() == pc {
			for _, d := range th.calls {
				if d.runs == runs {
					d.runs = th.Runs
				}
			}
		}
		return nil
	}
	return m
}
