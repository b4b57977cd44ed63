package stepper

import (
	"rseqstep/stepper/drive"
	"rseqstep/stepper/tracee"
	"rseqstep/table"
)

// userBreak decides whether the user's breakpoints at addr stop the thread.
// Precondition: every thread is held.
func (e *Engine) userBreak(th *drive.Thread, addr table.Addr) (*Stop, error) {
	met, place := e.points.Meet(th.TID, addr)
	return e.metAt(th, addr, met, place)
}

// metAt is the Stop of the breakpoints that the thread has hit at a place, nil for none.
func (e *Engine) metAt(th *drive.Thread, pc table.Addr, met []int, place Place) (*Stop, error) {
	if met == nil {
		return nil, nil
	}
	th.Show(pc, e.points.ShownDepth(pc, place))
	if err := e.undone(e.points.DropTemporary(met)); err != nil {
		return nil, err
	}
	return &Stop{Reason: StopBreakpoint, TID: th.TID, PC: pc, Breakpoints: met}, nil
}

// debugHit decides at one of the user's debug registers: a hardware breakpoint's or a
// watchpoint's.
func (e *mind) debugHit(th *drive.Thread, ev tracee.Event) (*Stop, error) {
	b := e.points.InSlot(ev.Slot)
	if b == nil {
		return nil, nil
	}
	if b.Kind == BreakHardware {
		if err := e.drive.Load(th); err != nil {
			return nil, err
		}
		th.StoppedAt = th.Regs.PC()
		return e.userBreak(th, th.Regs.PC())
	}
	change, err := e.points.Trigger(b, th.TID, func() *table.Placed {
		if now, _ := e.rseq.Read(th); !e.units.Quiet.In(th) && now.Live {
			return now.Section
		}
		return nil
	})
	if change == nil || err != nil {
		return nil, err
	}
	return &Stop{Reason: StopWatchpoint, TID: th.TID, Breakpoints: []int{b.Number}, Watch: []WatchChange{*change}}, nil
}
