package stepper

import (
	"math/bits"

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
		return e.Arrived(th)
	}
	met, place := e.points.MeetInside(th.TID, pc)
	return stopped(e.metAt(th, pc, met, place))
}

// Arrived is units.Host.Arrived.
func (e unitHost) Arrived(th *drive.Thread) drive.Answer {
	if err := e.drive.Load(th); err != nil {
		return drive.Fails(err)
	}
	pc := th.Regs.PC()
	if th.StoppedAt == pc || !e.book.TrapAt(pc) && !e.book.HardwareAt(pc) {
		return drive.Answer{}
	}
	stop, err := e.userBreak(th, pc)
	if stop != nil {
		th.StoppedAt = pc
	}
	return stopped(stop, err)
}

// Ran is units.Host.Ran.
func (e unitHost) Ran(th *drive.Thread, slots int, accessed bool) drive.Answer {
	for ; slots != 0; slots &= slots - 1 {
		b := e.points.InSlot(bits.TrailingZeros(uint(slots)))
		if b == nil {
			continue
		}
		change, err := e.points.Ran(b, th.TID, accessed)
		if a := stopped(watchStop(th, b, change), err); !a.GoesOn() {
			return a
		}
	}
	return drive.Answer{}
}

// Returned is units.Host.Returned.
func (e unitHost) Returned(t *drive.Thread) drive.Answer {
	if e.called.Innermost(t) == nil || !e.drive.Knows(t) {
		return drive.Answer{}
	}
	return stopped(e.callReturned(t))
}

// ToReturn is units.Host.ToReturn.
func (e unitHost) ToReturn(t *drive.Thread, back, cfa table.Addr) *drive.Move {
	return e.steps.ToReturn(t, back, cfa)
}
