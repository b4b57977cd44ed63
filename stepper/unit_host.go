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
	return stopped(e.breaksHere(th))
}

// Arrived is units.Host.Arrived.
func (e unitHost) Arrived(th *drive.Thread) drive.Answer { return stopped(e.arrived(th)) }

// arrived is the Stop of the breakpoints before the instruction that a thread executes next, nil if
// they do not stop it or have been reported.
func (e unitHost) arrived(th *drive.Thread) (*Stop, error) {
	if err := e.drive.Load(th); err != nil {
		return nil, err
	}
	pc := th.Regs.PC()
	if th.StoppedAt == pc || !e.book.TrapAt(pc) && !e.book.HardwareAt(pc) {
		return nil, nil
	}
	stop, err := e.userBreak(th, pc)
	if stop != nil {
		th.StoppedAt = pc
	}
	return stop, err
}

// breaksHere is arrived for a thread that may be inside a section in a quiet phase.
func (e unitHost) breaksHere(th *drive.Thread) (*Stop, error) {
	if err := e.drive.Load(th); err != nil {
		return nil, err
	}
	pc := th.Regs.PC()
	if !e.units.Quiet.In(th) || e.sections.Covering(pc) == nil {
		return e.arrived(th)
	}
	met, place := e.points.MeetInside(th.TID, pc)
	return e.metAt(th, pc, met, place)
}

// Ran is units.Host.Ran.
func (e unitHost) Ran(th *drive.Thread, slots int, accessed bool) drive.Answer {
	var triggered []WatchChange
	for ; slots != 0; slots &= slots - 1 {
		b := e.points.InSlot(bits.TrailingZeros(uint(slots)))
		if b == nil {
			continue
		}
		change, err := e.points.Ran(b, th.TID, accessed)
		if err != nil {
			return drive.Fails(err)
		}
		if change != nil {
			triggered = append(triggered, *change)
		}
	}
	return stopped(watchStop(th, triggered), nil)
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
