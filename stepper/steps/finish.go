package steps

import (
	"errors"

	"rseqstep/stepper/drive"
	"rseqstep/stepper/line"
	"rseqstep/stepper/source"
	"rseqstep/table"
)

// Finish runs until a frame of the thread has returned. frames are its frames from the innermost to
// the caller of that one. returned is also false, without a Stop, if an exception or a longjmp led
// out of the frame.
func (s *Stepper) Finish(th *drive.Thread, frames []source.Frame) (returned bool, stop drive.Stop, err error) {
	inner, caller := frames[:len(frames)-1], frames[len(frames)-1]
	f := inner[len(inner)-1]
	tr := drive.Journey(th)
	for _, g := range inner {
		tr.Sections = append(tr.Sections, s.Sections.Around(g.PC)...)
	}
	s.trapReturn(tr, caller.PC, f.CFA)
	w := waiting(f.CFA)
	s.trapUnwinding(tr, w)
	if arrived, stop, err := s.Do(tr); !arrived || err != nil {
		return false, stop, err
	}
	if w.Caught {
		s.Drive.Notify("%s did not return: an exception or a longjmp led out of it", f.Function)
		return false, nil, nil
	}
	return true, nil, s.showOuter(th)
}

// FinishInlined leaves an inlined call; the frame that contains it must be the innermost real
// one. The thread also leaves instructions that the compiler moved out of the call but that the
// line table still assigns to the callee: at them, the caller's frame would show the callee's
// line.
func (s *Stepper) FinishInlined(th *drive.Thread, f source.Frame) (drive.Stop, error) {
	pc := th.Regs.PC()
	if f.PC != pc {
		return nil, errors.New("finish out of an inlined call needs it to be in the innermost function")
	}
	fn, ok := s.symbols.Function(pc)
	if !ok {
		return nil, errors.New("cannot find bounds of current function")
	}
	w := &walk{watchdog: s.Watchdog()}
	defer w.watchdog.Stop()
	from, _ := s.symbols.Line(pc, f.Inlined-1)
	w.Walk = line.Walk{Function: fn, Depth: f.Inlined - 1, CFA: f.CFA, Line: from, Block: s.symbols.BlockRanges(pc, f.Inlined)}
	ranges := w.Block
	for {
		_, stop, err := s.leave(th, w, ranges)
		if stop != nil || err != nil {
			return stop, err
		}
		if err := s.Drive.Load(th); err != nil {
			return nil, err
		}
		var strays bool
		if ranges, strays = s.Program.Strays(&w.Walk, &th.Regs); !strays {
			return nil, s.showOuter(th)
		}
	}
}

// Called runs the program until the thread has left the function that the user has called in it, in
// the frame with this CFA. Its return is the Host's (units.Host.Returned). thrown: an exception or
// a longjmp led out of it. terminates: it is about to call std::terminate, because nobody catches
// its exception: the unwinder cannot reach the frames of the callers, which alone would be the
// reason.
func (s *Stepper) Called(th *drive.Thread, cfa table.Addr) (thrown, terminates bool, stop drive.Stop, err error) {
	tr, w := drive.Journey(th), waiting(cfa)
	s.trapUnwinding(tr, w)
	if a, ok := s.symbols.Address("_ZSt9terminatev"); ok {
		s.trapAt(tr, a, func(*drive.Thread) drive.Answer {
			terminates = true
			return drive.Arrive()
		})
	}
	arrived, stop, err := s.Do(tr)
	return arrived && w.Caught, arrived && terminates, stop, err
}
