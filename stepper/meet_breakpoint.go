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
	if err := e.accessed(th, b, ev.Addr); err != nil {
		return nil, err
	}
	change, err := e.points.Trigger(b, th.TID, func() *table.Placed {
		if now, _ := e.rseq.Read(th); !e.units.Quiet.In(th) && now.Live {
			return now.Section
		}
		return nil
	})
	return watchStop(th, b, change), err
}

// watchStop is the Stop of a watchpoint that was triggered, nil for none.
func watchStop(th *drive.Thread, b *Breakpoint, change *WatchChange) *Stop {
	if change == nil {
		return nil
	}
	return &Stop{Reason: StopWatchpoint, TID: th.TID, Breakpoints: []int{b.Number}, Watch: []WatchChange{*change}}
}

// accessed records the instruction at an address whose access has triggered a watchpoint before it
// was executed; 0 for none. The thread is behind it, or in a section's abort handler.
func (e *mind) accessed(th *drive.Thread, b *Breakpoint, at table.Addr) error {
	if at == 0 || e.units.Quiet.In(th) {
		return nil
	}
	if err := e.drive.Load(th); err != nil {
		return err
	}
	insn, err := e.sections.Decode(at)
	return e.points.Accessed(b, at, err == nil && th.Regs.PC() != insn.Next())
}
