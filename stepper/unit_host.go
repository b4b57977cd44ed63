package stepper

import (
	"rseqstep/stepper/drive"
	"rseqstep/table"
)

// unitHost implements units.Host with the Engine.
type unitHost struct{ *Engine }

// Stops is units.Host.Stops.
func (e unitHost) Stops(th *drive.Thread) drive.Answer {
	if !e.units.Quiet.In(th) {
		return drive.Answer{}
	}
	if err := e.drive.Load(th); err != nil {
		return drive.Fails(err)
	}
	pc := th.Regs.PC()
	if e.sections.Covering(pc) == nil {
		return stopped(e.arrivedAtBreak(th))
	}
	met, place := e.points.MeetInside(th.TID, pc)
	return stopped(e.metAt(th, pc, met, place))
}

// Arrived is units.Host.Arrived.
func (e unitHost) Arrived(th *drive.Thread) drive.Answer { return stopped(e.arrivedAtBreak(th)) }

// Returned is units.Host.Returned.
func (e unitHost) Returned(t *drive.Thread) drive.Answer {
	if e.called.Innermost(t) == nil || !e.drive.Knows(t) {
		return drive.Answer{}
	}
	return stopped(e.callReturned(t))
}

// ToReturn is units.Host.ToReturn.
func (e unitHost) ToReturn(t *drive.Thread, back, cfa table.Addr) *drive.Move {
	m := drive.Journey(t)
	m.Watchdog = e.drive.Watch(e.look)
	e.trapReturn(m, back, cfa)
	return m
}
