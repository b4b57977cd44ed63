package stepper

import (
	"errors"

	"rseqstep/stepper/drive"
	"rseqstep/stepper/tracee"
	"rseqstep/table"
)

// do makes a move, and first the moves that it requires (drive.Driver.Do).
func (e *Engine) do(m *drive.Move) (arrived bool, stop *Stop, err error) {
	arrived, halt, err := e.drive.Do(m)
	if e.target.Alive() {
		err = errors.Join(err, e.progress.UnwatchAll())
	}
	return arrived && err == nil, stopOf(halt), err
}

// stepOne executes one instruction of a held thread, or the unit that it begins. A Stop says
// that something else ended the command first.
func (e *Engine) stepOne(th *drive.Thread) (*Stop, error) {
	_, stop, err := e.do(e.units.Unit(th))
	return stop, err
}

// stopped is the Answer that ends a command by a Stop or an error; without either, the zero
// Answer.
func stopped(stop *Stop, err error) drive.Answer {
	if stop == nil || err != nil {
		return drive.Fails(err)
	}
	return drive.Halt(stop)
}

// plan is a move made of others, which ask returns.
func plan(th *drive.Thread, ask func() drive.Answer) *drive.Move { return drive.Plan(th, ask) }

// journey lets every thread run until th has arrived at one of the traps.
func journey(th *drive.Thread) *drive.Move { return drive.Journey(th) }

// runTo runs one thread, the others held, until it is at one of the places with registers that
// accept accepts (nil: any). If the thread blocks, the other threads run, too.
func runTo(th *drive.Thread, where []table.Addr, accept func(*drive.Thread) bool) *drive.Move {
	decide := drive.Always
	if accept != nil {
		decide = drive.When(accept)
	}
	return drive.Run(th, where, decide, tracee.BlockPatience)
}
