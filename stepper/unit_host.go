package stepper

import (
	"rseqstep/stepper/drive"
	"rseqstep/stepper/rseq"
	"rseqstep/table"
)

// unitHost is the Engine as package units needs it: units.Host and Passes.
type unitHost struct{ *Engine }

// Stops is units.Host.Stops.
func (e unitHost) Stops(t *drive.Thread) drive.Answer {
	if !e.units.Quiet.In(t) {
		return drive.Answer{}
	}
	th := own(t)
	if err := e.load(th); err != nil {
		return drive.Fails(err)
	}
	pc := th.Regs.PC()
	if e.sections.Covering(pc) == nil {
		return stopped(e.arrivedAtBreak(th))
	}
	met, place := e.points.MeetInside(th.TID, pc)
	return stopped(e.metAt(th, pc, met, place))
}

// Returned is units.Host.Returned.
func (e unitHost) Returned(t *drive.Thread) drive.Answer {
	if !e.drive.Knows(t) {
		return drive.Answer{}
	}
	return stopped(e.callReturned(own(t)))
}

// ToReturn is units.Host.ToReturn.
func (e unitHost) ToReturn(t *drive.Thread, back, cfa table.Addr) *drive.Move {
	m := drive.Journey(t)
	m.Watchdog = e.drive.Watch(e.look)
	e.trapReturn(m, back, cfa)
	return m
}

// Count is units.Passes.Count.
func (e unitHost) Count(t *drive.Thread, p *table.Placed, r rseq.Result) { e.tally(own(t), p, r) }

// History is units.Passes.History.
func (e unitHost) History(t *drive.Thread) *rseq.History { return &own(t).passes }

// Unwatch is units.Passes.Unwatch.
func (e unitHost) Unwatch(t *drive.Thread) error { return e.unwatchPasses(own(t)) }
