package stepper

import (
	"math/bits"
	"slices"

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

// debugHit decides at the user's debug registers that a thread has triggered: one hardware
// breakpoint's, or those of the watchpoints that one instruction has triggered.
func (e *mind) debugHit(th *drive.Thread, ev tracee.Event) (*Stop, error) {
	var triggered []WatchChange
	for slots := ev.DebugSlots(); slots != 0; slots &= slots - 1 {
		b := e.points.InSlot(bits.TrailingZeros(uint(slots)))
		switch {
		case b == nil:
			continue
		case b.Kind == BreakHardware:
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
		if err != nil {
			return nil, err
		}
		if change != nil {
			triggered = append(triggered, *change)
		}
	}
	stop := watchStop(th, triggered)
	if stop == nil {
		return nil, nil
	}
	also, err := unitHost{e.Engine}.breaksHere(th) // as gdb: one stop tells of both
	if also != nil {
		stop.Breakpoints = append(stop.Breakpoints, also.Breakpoints...)
	}
	return stop, err
}

// watchStop is the Stop of the watchpoints that were triggered, nil for none.
func watchStop(th *drive.Thread, triggered []WatchChange) *Stop {
	if len(triggered) == 0 {
		return nil
	}
	slices.SortFunc(triggered, func(a, b WatchChange) int { return a.Number - b.Number })
	stop := &Stop{Reason: StopWatchpoint, TID: th.TID, Watch: triggered}
	for _, w := range triggered {
		stop.Breakpoints = append(stop.Breakpoints, w.Number)
	}
	return stop
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
