package session

import (
	"fmt"

	"rseqstep/cmd/rseqstep/internal/prompt"
	"rseqstep/cmd/rseqstep/internal/show"
	"rseqstep/stepper"
	"rseqstep/stepper/expr"
	"rseqstep/table"
)

// caller runs the program's functions for expressions: an expr.Caller.
type caller struct{ v *values }

var _ expr.Caller = caller{}

func (k caller) Room() (table.Addr, error) {
	if k.v.process == nil || k.v.process.core != nil {
		return 0, prompt.Message("You can't do that without a process to debug.")
	}
	return k.v.process.engine.CallRoom()
}

// Run makes a call. If the function does not return, it shows the stop and ends the
// evaluation, with gdb's messages.
func (k caller) Run(call stepper.Call, name string) (*stepper.CallResult, error) {
	s, p := k.v.s, k.v.process
	before := p.engine.Thread()
	s.remember()
	s.giveTerminal(p)
	stop, result, err := p.engine.Call(s.watcher.begin(s.meanwhile, s.Batch), call)
	s.watcher.end()
	s.takeTerminal(p)
	k.v.Forget()
	if err != nil {
		if !p.target.Alive() {
			s.gone()
		}
		return nil, err
	}
	if result != nil {
		s.onTheWay(&stop)
		return result, s.terminated()
	}
	if stop.Reason != stepper.StopTerminate { // as if the thread had not come that far
		s.Present(stop, before)
	}
	if err := s.terminated(); err != nil {
		return nil, err
	}
	if s.Batch && stop.Reason == stepper.StopInterrupt {
		return nil, &prompt.Quit{Status: 128 + 2} // as in Move
	}
	return nil, s.abandoned(stop, before, name)
}

// onTheWay shows what happened to the program during a call that returned.
func (s *Session) onTheWay(stop *stepper.Stop) {
	if s.JSON != nil {
		return
	}
	for _, line := range show.Units(stop.Units, s.Name, s.Style) {
		s.printf("%s\n", line)
	}
	for _, n := range stop.Notes {
		s.printf("%s\n", s.Style.Note("note: "+n))
	}
}

// terminated ends the session if the debugger was asked to end meanwhile.
func (s *Session) terminated() error {
	select {
	case <-s.watcher.terminated:
		return &prompt.Quit{Status: 128 + 15}
	default:
		return nil
	}
}

// abandoned returns the reason why a call did not return, and its state (gdb, "Calling
// Program Functions"). With "set unwindonsignal on" a signal returns the thread to
// where it was.
func (s *Session) abandoned(stop stepper.Stop, before int, name string) error {
	signal := stop.Reason == stepper.StopSignal || stop.Reason == stepper.StopInterrupt
	unwind := false
	what, later := "The program being debugged stopped while in a function called from GDB.", true
	switch {
	case s.process == nil:
		what, later = "The program being debugged exited while in a function called from GDB.", false
	case stop.Reason == stepper.StopThreadExited:
		what, later = "The thread that a function was called in from GDB has exited.", false
	case stop.Reason == stepper.StopCallLeft:
		what, later = "An exception or a longjmp led out of a function called from GDB.", false
	case stop.Reason == stepper.StopTerminate:
		what = "The program being debugged entered a std::terminate call, most likely\ncaused by an unhandled C++ exception.  GDB blocked this call in order\nto prevent the program from being terminated, and has restored the\ncontext to its original state before the call."
		unwind, later = true, false
	case stop.TID != before && signal:
		what = "The program received a signal in another thread while\nmaking a function call from GDB."
	case stop.TID != before:
		what = "The program stopped in another thread while making a function call from GDB."
	case signal && s.Settings.UnwindOnSignal:
		what = "The program being debugged was signaled while in a function called from GDB.\nGDB has restored the context to what it was before the call.\nTo change this behavior use \"set unwindonsignal off\"."
		unwind, later = true, false
	case signal:
		what = "The program being debugged was signaled while in a function called from GDB.\nGDB remains in the frame where the signal was received.\nTo change this behavior use \"set unwindonsignal on\"."
	}
	if unwind {
		if err := s.process.engine.UnwindCall(); err != nil {
			return err
		}
		s.process.values.Forget()
	}
	text := fmt.Sprintf("%s\nEvaluation of the expression containing the function\n(%s) will be abandoned.", what, name)
	if later {
		text += "\nWhen the function is done executing, GDB will silently stop."
	}
	return &abandonedError{text}
}

// abandonedError says that a function did not return to the expression that called it.
type abandonedError struct{ text string }

func (e *abandonedError) Error() string { return e.text }

// Call is Print, except that it neither shows nor keeps a void value.
func (v *values) Call(format, text string) (string, error) {
	c := v.here()
	val, f, err := evaluate(c, format, text)
	if err != nil {
		return "", err
	}
	if t := bare(val.Type); t == nil || t.Kind == expr.Void {
		v.Forget()
		return "", nil
	}
	return v.record(c, val, f)
}
