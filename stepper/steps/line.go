package steps

import (
	"rseqstep/stepper/drive"
	"rseqstep/stepper/line"
	"rseqstep/stepper/machine"
	"rseqstep/stepper/tracee"
	"rseqstep/table"
)

// walk is a line step under way, with the watchdog for the whole of it.
type walk struct {
	line.Walk
	watchdog *drive.Watchdog
}

// waiting is the walk of a command that waits until the frame with a CFA ends.
func waiting(cfa table.Addr) *walk { return &walk{Walk: line.Walk{CFA: cfa, Whole: true}} }

// Lines makes n line steps: step (into), or next.
func (s *Stepper) Lines(th *drive.Thread, n int, into bool) (drive.Stop, error) {
	for range n {
		if entered, stop, err := s.deliverLine(th, into); stop != nil || err != nil {
			return stop, err
		} else if !entered {
			if stop, err := s.lineStep(th, into); stop != nil || err != nil {
				return stop, err
			}
		}
		if stop, err := s.arrived(th); stop != nil || err != nil {
			return stop, err
		}
	}
	return nil, nil
}

// lineStep is one step or next (DESIGN 4.2): it sets breakpoints on every way out of the line
// and runs the program.
func (s *Stepper) lineStep(th *drive.Thread, into bool) (drive.Stop, error) {
	if err := s.Drive.Load(th); err != nil {
		return nil, err
	}
	pc := th.Regs.PC()
	depth := s.Depth(th)
	begun, ok := s.Program.Begin(&th.Regs, depth, into)
	if !ok {
		if stop, err := s.leaveHandler(th); stop != nil || err != nil {
			return stop, err
		}
		if th.Regs.PC() != pc {
			return s.lineStep(th, into)
		}
		return s.stepOut(th)
	}
	if total, _ := s.symbols.Inlines(pc); into && depth < total && s.Program.EntersInlined(pc, depth+1) {
		th.Show(pc, depth+1)
		return nil, nil
	}
	w := &walk{Walk: begun, watchdog: s.Watchdog()}
	defer w.watchdog.Stop()
	ranges := s.symbols.LineRanges(pc, depth)
	if s.Quiet.In(th) {
		// Inside a section: its pass commits first.
		if _, stop, err := s.Do(s.Quiet.End(th)); stop != nil || err != nil {
			return stop, err
		}
		done, next, stop, err := s.arrive(th, w)
		if done || stop != nil || err != nil {
			return stop, err
		}
		ranges = next
	}
	for {
		done, stop, err := s.leave(th, w, ranges)
		if done || stop != nil || err != nil {
			return stop, err
		}
		done, next, stop, err := s.arrive(th, w)
		if done || stop != nil || err != nil {
			return stop, err
		}
		ranges = next
	}
}

// leave runs the thread out of the ranges. done: the thread is where the step ends.
func (s *Stepper) leave(th *drive.Thread, w *walk, ranges []machine.Range) (done bool, stop drive.Stop, err error) {
	ranges = s.Program.Cover(&w.Walk, ranges)
	for {
		again, done, stop, err := s.leaveFrom(th, w, ranges)
		if !again || stop != nil || err != nil {
			return done, stop, err
		}
	}
}

// leaveFrom is leave from the thread's current PC. again: the thread is still inside, in code
// that the plan had not found from there.
func (s *Stepper) leaveFrom(th *drive.Thread, w *walk, ranges []machine.Range) (again, done bool, stop drive.Stop, err error) {
	if err := s.Drive.Load(th); err != nil {
		return false, false, nil, err
	}
	plan := s.Program.LeaveLine(&w.Walk, &th.Regs, ranges)
	for p := range plan.Touched {
		if s.watch.NeedsLook(th, p) {
			w.watchdog.Begin()
		}
	}
	if plan.Blind {
		done, stop, err := s.lineBlind(th, w)
		return !done && plan.Inside(&th.Regs), done, stop, err
	}
	entered := false
	tr := s.planned(th, plan, func(t line.Trap) drive.Decision {
		switch t.Kind {
		case line.Steps:
			return s.stepLine(w, plan, &entered, &again)
		case line.Enters:
			return s.enterCallee(w, *t.Callee, &entered)
		case line.Returns:
			return returnedTo(w.CFA)
		case line.Out:
			return drive.When(func(th *drive.Thread) bool { return s.Program.InFrame(&w.Walk, &th.Regs) })
		}
		return s.unwinds(w, t.Kind)
	})
	tr.Watchdog = w.watchdog
	// The thread may be at an indirect branch now: resuming would step off the trap there
	// without asking its decision.
	if pc := th.Regs.PC(); plan.Stepped[pc] {
		if arrived, stop, err := s.decideNow(th, tr.Decision(pc)); arrived || stop != nil || err != nil {
			return again, entered, stop, err
		}
	}
	_, stop, err = s.Do(tr)
	return again, entered || w.Caught, stop, err
}

// planned is a journey out of some code. If that code is short and makes no calls, the thread
// first runs alone and on its CPU. So a step through such lines neither disturbs the other
// threads (each stop may abort a section of theirs) nor moves the thread away from the CPU
// whose number it has read.
func (s *Stepper) planned(th *drive.Thread, plan *line.Plan, decide func(line.Trap) drive.Decision) *drive.Move {
	tr := drive.Journey(th)
	tr.Sections = plan.Sections
	for _, t := range plan.Traps {
		tr.Trap(t.Addr, decide(t))
	}
	if plan.Short {
		tr.Alone = tracee.BlockPatience
	}
	return tr
}

// maxBare bounds how many instructions without line information a step executes to return to a
// line (abort handlers, stubs between two lines).
const maxBare = 64

// arrive checks where a way out has led. done: the step ends here; otherwise ranges are those
// to leave next.
func (s *Stepper) arrive(th *drive.Thread, w *walk) (done bool, ranges []machine.Range, stop drive.Stop, err error) {
	for bare := 0; ; bare++ {
		if err := s.Drive.Load(th); err != nil {
			return true, nil, nil, err
		}
		a := s.Program.Arrive(&w.Walk, &th.Regs)
		switch {
		case a.Kind == line.Within:
			return false, a.Ranges, nil, nil
		case a.Kind == line.Ends:
			th.Show(th.Regs.PC(), a.Depth)
			return true, nil, nil, nil
		case bare >= maxBare:
			return true, nil, nil, s.showOuter(th)
		}
		if stop, err := s.one(th); stop != nil || err != nil {
			return true, nil, stop, err
		}
	}
}
