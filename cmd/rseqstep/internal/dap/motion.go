package dap

import (
	"context"
	"errors"
	"fmt"

	"github.com/google/go-dap"

	"rseqstep/cmd/rseqstep/internal/prompt"
	"rseqstep/cmd/rseqstep/internal/session"
	"rseqstep/stepper"
)

// proceed answers continue.
func (s *server) proceed(r *request) error {
	s.respond(r, &dap.ContinueResponse{Body: dap.ContinueResponseBody{AllThreadsContinued: true}})
	s.after = func() error { return s.run((*stepper.Engine).Continue, true) }
	return nil
}

// move answers next and stepIn, by line or by instruction.
func (s *server) move(r *request, tid int, g dap.SteppingGranularity, line, instruction func(*stepper.Engine, context.Context, int) (stepper.Stop, error)) error {
	if err := s.choose(tid); err != nil {
		return err
	}
	step := line
	if g == "instruction" {
		step = instruction
	}
	s.done(r)
	s.after = func() error {
		return s.run(func(e *stepper.Engine, ctx context.Context) (stepper.Stop, error) { return step(e, ctx, 1) }, false)
	}
	return nil
}

// stepOut answers stepOut: it runs until the innermost frame has returned.
func (s *server) stepOut(r *request, tid int) error {
	if err := s.choose(tid); err != nil {
		return err
	}
	if frames, err := s.session.Frames(2); err != nil || len(frames) < 2 {
		return errors.New("the outermost frame has no caller")
	}
	s.done(r)
	s.after = func() error {
		return s.run(func(e *stepper.Engine, ctx context.Context) (stepper.Stop, error) { return e.Finish(ctx, 0) }, false)
	}
	return nil
}

// choose selects the thread that commands work on.
func (s *server) choose(tid int) error {
	e, err := s.session.Engine()
	if err != nil {
		return err
	}
	if err := e.SelectThread(tid); err != nil {
		return err
	}
	return s.session.SelectFrame(0)
}

// run resumes the program and reports how it stopped. After a stop that was made only
// to answer requests, it resumes a motion such as continue.
func (s *server) run(m session.Motion, resumes bool) error {
	for {
		s.moving()
		if _, err := s.session.Engine(); err != nil {
			return err
		}
		s.shown = nil
		a, err := s.attended(false, func() error { return s.session.Move(m) })
		var quit *prompt.Quit
		switch {
		case errors.As(err, &quit):
			s.ended = true
			s.terminated()
			return nil
		case err != nil:
			s.failedToMove(err)
		}
		v := s.shown
		s.seeThreads()
		for _, r := range a.held {
			if !s.ended {
				s.answerHeld(r)
			}
		}
		switch {
		case a.gone || s.ended:
			s.ended = true
			return nil
		case err != nil || s.over || s.shown != v: // already reported
			return nil
		case resumes && v != nil && v.Reason == stepper.StopInterrupt && !a.paused && s.after == nil:
			s.reportUnits()
			continue
		}
		return s.stopped("")
	}
}

// answerHeld answers a request that waited for the program to stop.
func (s *server) answerHeld(r *request) {
	if err := s.dispatch(r); err != nil {
		s.refuse(r, err)
	}
	s.flush()
}

// failedToMove reports a command that failed.
func (s *server) failedToMove(err error) {
	s.output("important", err.Error()+"\n")
	if !s.session.Live() {
		s.terminated()
		return
	}
	e, err2 := s.session.Engine()
	if err2 != nil {
		return
	}
	s.event("stopped", &dap.StoppedEvent{Body: dap.StoppedEventBody{Reason: "pause", Description: "The step failed", Text: err.Error(),
		ThreadId: e.Thread(), AllThreadsStopped: true}})
}

// moving drops what is valid only while the program is stopped.
func (s *server) moving() { s.handles.forget() }

// runToEntry runs to the first of places, for a stop on entry.
func (s *server) runToEntry(places []stepper.Place) error {
	b := &session.Breakpoint{Location: fmt.Sprintf("*%v", places[0].Addr), Address: true, Temporary: true}
	if err := s.session.Add(b); err != nil {
		s.take()
		return s.stopped("entry")
	}
	s.take()
	s.points.entry = b
	return s.run((*stepper.Engine).Continue, true)
}
