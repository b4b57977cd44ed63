package remote

import (
	"context"
	"errors"
	"fmt"

	"rseqstep/stepper"
	"rseqstep/stepper/signals"
)

// throughWrapper runs a launched wrapper (gdbserver's --wrapper, gdb's "set
// exec-wrapper", the shell) until it has replaced itself by another program. Until then the wrapper gets the
// signals and the terminal. The error says that the wrapper ended, or that it was
// interrupted; the process is gone then.
func (s *Server) throughWrapper(ctx context.Context, name string) (err error) {
	e, target := s.process.engine, s.process.target
	if s.Terminal != nil {
		if err := target.GiveTerminal(s.Terminal); err != nil {
			s.logf("the wrapper does not get the terminal: %v", err)
		}
		defer func() { err = errors.Join(err, target.TakeTerminal(s.Terminal)) }()
	}
	if _, err := e.AddBreakpoint(stepper.BreakpointSpec{Kind: stepper.CatchExec, Temporary: true, Nameless: true}); err != nil {
		return errors.Join(err, s.end())
	}
	for {
		stop, err := e.Continue(ctx)
		switch {
		case err != nil:
			return errors.Join(err, s.end())
		case stop.Reason == stepper.StopExec:
			return nil
		case stop.Reason == stepper.StopExited:
			s.forget()
			return fmt.Errorf("%s: during startup program exited with code %d", name, stop.Status.Code)
		case stop.Reason == stepper.StopKilled:
			s.forget()
			return fmt.Errorf("%s: during startup program terminated with signal %s", name, signals.Name(stop.Status.Signal))
		case stop.Reason == stepper.StopInterrupt:
			return errors.Join(fmt.Errorf("%s: interrupted before it started the program", name), s.end())
		}
	}
}
