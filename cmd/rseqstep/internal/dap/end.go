package dap

import (
	"encoding/json"
	"errors"

	"github.com/google/go-dap"

	"rseqstep/cmd/rseqstep/internal/show"
	"rseqstep/stepper"
)

// restart starts the program again, with a new configuration if one is given.
func (s *server) restart(r *request, raw json.RawMessage) error {
	switch {
	case s.program == nil:
		return errors.New("no program is being debugged")
	case s.program.launch == nil:
		return errors.New("a process that was attached to cannot be restarted")
	}
	a := *s.program.launch
	var outer struct {
		Arguments json.RawMessage `json:"arguments"`
	}
	if len(raw) > 0 && json.Unmarshal(raw, &outer) == nil && len(outer.Arguments) > 0 {
		if err := arguments(outer.Arguments, &a); err != nil {
			return err
		}
	}
	if s.session.Live() {
		if err := s.session.Kill(); err != nil {
			return err
		}
	}
	s.drain()
	s.moving()
	if err := s.start(&a); err != nil {
		s.terminated()
		return err
	}
	s.respond(r, &dap.RestartResponse{})
	s.program.configured = true
	s.after = s.enter
	return nil
}

// disconnect ends the session: it kills a launched program, and detaches from an
// attached process unless the client asks to end that too.
func (s *server) disconnect(r *request, a *dap.DisconnectArguments) error {
	s.ended = true
	var err error
	if s.session.Live() {
		if s.session.Attached() && (a == nil || !a.TerminateDebuggee) {
			err = s.session.Detach()
		} else {
			err = s.session.Kill()
		}
	}
	s.drain()
	s.terminated()
	if err != nil {
		return err
	}
	s.respond(r, &dap.DisconnectResponse{})
	return nil
}

// terminate ends the program; the client disconnects afterwards.
func (s *server) terminate(r *request) error {
	s.respond(r, &dap.TerminateResponse{})
	if !s.session.Live() {
		return nil
	}
	var err error
	if s.session.Attached() {
		err = s.session.Detach()
	} else {
		err = s.session.Kill()
	}
	s.drain()
	s.terminated()
	return err
}

// exited reports that the program has ended by itself.
func (s *server) exited(v *show.Stop) {
	s.drain()
	code := v.Status.Code
	if v.Reason == stepper.StopKilled {
		s.output("important", "The program was terminated by signal "+show.SignalName(v.Status.Signal)+", "+show.SignalText(v.Status.Signal)+".\n")
		code = 128 + v.Status.Signal // as a shell reports it
	}
	s.event("exited", &dap.ExitedEvent{Body: dap.ExitedEventBody{ExitCode: code}})
	s.terminated()
}

// terminated reports, once, that there is nothing to debug any more.
func (s *server) terminated() {
	if !s.over {
		s.over = true
		s.event("terminated", &dap.TerminatedEvent{})
	}
}
