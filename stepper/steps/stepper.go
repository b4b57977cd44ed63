package steps

import (
	"errors"

	"rseqstep/stepper/drive"
	"rseqstep/stepper/line"
	"rseqstep/stepper/progress"
	"rseqstep/stepper/tracee"
	"rseqstep/stepper/units"
	"rseqstep/table"
)

// Stepper makes the steps of the threads of one process. Its methods return the Stop of the loop if
// something else ended the command before the step was done.
type Stepper struct {
	*units.Runner
	Program *line.Program // the lines of its source

	symbols line.Symbols
	watch   *progress.Watch
}

// New returns the Stepper of a process. The arguments belong to the caller.
func New(r *units.Runner, w *progress.Watch, s line.Symbols) *Stepper {
	return &Stepper{Runner: r, Program: line.New(r.Target, s, r.Sections), symbols: s, watch: w}
}

// Do makes a move, and first the moves that it requires (drive.Driver.Do).
func (s *Stepper) Do(m *drive.Move) (arrived bool, stop drive.Stop, err error) {
	arrived, stop, err = s.Drive.Do(m)
	if s.Target.Alive() {
		err = errors.Join(err, s.watch.UnwatchAll())
	}
	return arrived && err == nil, stop, err
}

// one executes one instruction of a held thread, or the unit that it begins.
func (s *Stepper) one(th *drive.Thread) (drive.Stop, error) {
	_, stop, err := s.Do(s.Unit(th))
	return stop, err
}

// arrived returns the Stop at one of the user's breakpoints to which a step has led a thread, nil
// for none.
func (s *Stepper) arrived(th *drive.Thread) (drive.Stop, error) { return s.Host.Arrived(th).End() }

// decideNow asks a drive.Decision at the thread's current PC, and makes the moves that the
// answer requires.
func (s *Stepper) decideNow(th *drive.Thread, d drive.Decision) (arrived bool, stop drive.Stop, err error) {
	asked := false
	_, stop, err = s.Do(drive.Plan(th, func() drive.Answer {
		if asked {
			arrived = false
			return drive.Arrive()
		}
		asked, arrived = true, true
		return d(th)
	}))
	return arrived && stop == nil && err == nil, stop, err
}

// runTo runs one thread, the others held, until it is at one of the places with registers that
// accept accepts (nil: any). If the thread blocks, the other threads run, too.
func runTo(th *drive.Thread, where []table.Addr, accept func(*drive.Thread) bool) *drive.Move {
	decide := drive.Always
	if accept != nil {
		decide = drive.When(accept)
	}
	return drive.Run(th, where, decide, tracee.BlockPatience)
}
