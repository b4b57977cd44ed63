package units

import (
	"fmt"

	"rseqstep/stepper/drive"
	"rseqstep/stepper/ledger"
	"rseqstep/stepper/machine"
	"rseqstep/stepper/rseq"
	"rseqstep/table"
)

// climb executes the section that the thread is about to arm on the ladder's rung for its
// number of passes without a commit (DESIGN 4.4). On the first rung it returns the zero Answer,
// and the caller runs the section.
func (r *Runner) climb(th *drive.Thread, p *table.Placed, insn *machine.Insn) drive.Answer {
	n := (*r.Passes.History(th))[p.Start]
	switch n.Rung(r.StuckLimit) {
	case rseq.RungRun:
		return drive.Answer{}
	case rseq.RungEscape:
		delete(*r.Passes.History(th), p.Start)
		return r.escape(th, p)
	case rseq.RungOpv:
		injected, err := r.Inject(th, p, insn)
		if injected {
			return drive.ArriveOr(err) // of its registers: the vector has done the section's work, which must not be repeated
		}
		if err != nil {
			r.Drive.Notify("no cpu_opv vector can do the work of section %s: %v", r.Sections.Name(p), err)
		}
	}
	if r.Registration.Confined(th, p) {
		delete(*r.Passes.History(th), p.Start)
		return r.escape(th, p)
	}
	return drive.Then(r.quietPass(th, p), drive.Arrive)
}

// maxQuiet bounds how many instructions a quiet phase runs outside of sections. tcmalloc's slow
// paths take some hundreds. There is no bound inside a section; the user can interrupt it.
const maxQuiet = 200000

// quietPass is rung 3: a quiet phase from the arming store until a section commits, the
// function returns, the thread is about to enter the kernel, or it reaches a place that the
// command under way waits for.
func (r *Runner) quietPass(th *drive.Thread, p *table.Placed) *drive.Move {
	steps, outside := 0, 0
	inVain := func(why string) drive.Answer {
		r.Drive.Notify("the quiet phase of section %s ended without a commit: %s", r.Sections.Name(p), why)
		if n := (*r.Passes.History(th))[p.Start]; n != nil {
			n.Quiets++
		}
		return drive.ArriveOr(r.Quiet.Restore(th))
	}
	return drive.Plan(th, func() drive.Answer {
		if steps == 0 {
			if err := r.Quiet.Lift(th); err != nil {
				return drive.Fails(err)
			}
		}
		q := r.Quiet.of[th]
		if outside >= maxQuiet || q == nil {
			return inVain("the thread executed too many instructions outside of sections")
		}
		steps++
		return r.Quiet.on(th, steps-1, func(end rseq.QuietEnd) drive.Answer {
			if a := r.Host.Stops(th); !a.GoesOn() {
				return a
			}
			switch {
			case end == rseq.QuietCommit:
				delete(*r.Passes.History(th), p.Start)
				return drive.ArriveOr(r.Quiet.Restore(th))
			case end == rseq.QuietReturn:
				return inVain("the function in which it began has returned")
			case end == rseq.QuietKernel:
				return inVain("the next instruction is a system call")
			case !q.Entered && r.Book.OwnedFor(th.Regs.PC(), ledger.Way, ledger.Returned):
				return inVain("the thread reached a place that the command waits for")
			case !q.Entered:
				outside++
			}
			return drive.Answer{}
		})
	})
}

// escape is rung 4: it runs the thread to the function's return, or until an enclosing move
// arrives. It returns the zero Answer if the thread is already on that way.
func (r *Runner) escape(th *drive.Thread, p *table.Placed) drive.Answer {
	cfa, caller, ok := r.Symbols.Caller(&th.Regs, r.Target)
	if !ok || caller.PC() == 0 {
		return drive.Fails(fmt.Errorf("the section %s does not commit, and its function's return address is unknown; set a breakpoint behind the section and continue", r.Sections.Name(p)))
	}
	if r.Drive.Escapes(th, cfa) {
		return drive.Answer{}
	}
	m := r.Host.ToReturn(th, caller.PC(), cfa)
	m.Escape = cfa
	m.Watchdog.Seldom()
	m.End = func(how drive.Ending) error {
		m.Watchdog.Stop()
		if how == drive.Arrived || how == drive.Lost {
			u := r.unitOf(th, p, rseq.SideExit, rseq.RungEscape)
			u.Exit = th.Regs.PC()
			r.Report.Add(u)
		}
		return nil
	}
	return drive.Then(m, drive.Arrive)
}
