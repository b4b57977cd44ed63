package dap

import (
	"encoding/json"
	"errors"

	"github.com/google/go-dap"

	"rseqstep/cmd/rseqstep/internal/show"
	"rseqstep/stepper"
)

// restart starts the program again, or attaches to the process again, by the configuration that
// the request has, otherwise by the last one.
func (s *server) restart(r *request, raw json.RawMessage) error {
	if s.program == nil {
		return errors.New("no program is being debugged")
	}
	var outer struct {
		Arguments json.RawMessage `json:"arguments"`
	}
	if len(raw) > 0 {
		if err := json.Unmarshal(raw, &outer); err != nil {
			return err
		}
	}
	begin, err := s.again(outer.Arguments)
	if err != nil {
		return err
	}
	if err := s.leave(false); err != nil {
		return err
	}
	s.drain()
	s.moving()
	if err := begin(); err != nil {
		s.terminated()
		return err
	}
	s.respond(r, &dap.RestartResponse{})
	s.program.configured = true
	s.after = s.enter
	return nil
}

// again returns what begins the debugging by a configuration; by the last one if there is none.
func (s *server) again(raw json.RawMessage) (begin func() error, err error) {
	if s.program.launch == nil {
		a := s.program.attach
		if len(raw) > 0 {
			if a, err = attachConfiguration(raw); err != nil {
				return nil, err
			}
		}
		return func() error { return s.join(a) }, nil
	}
	a := s.program.launch
	if len(raw) > 0 {
		if a, err = launchConfiguration(raw); err != nil {
			return nil, err
		}
	}
	return func() error { return s.start(a) }, nil
}

// leave kills a launched program and detaches from an attached process, which it kills too if
// kill is set.
func (s *server) leave(kill bool) error {
	switch {
	case !s.session.Live():
		s.session.CloseCore()
		return nil
	case s.session.Attached() && !kill:
		return s.session.Detach()
	}
	return s.session.Kill()
}

// disconnect ends the session: it kills a launched program, and detaches from an
// attached process unless the client asks to end that too.
func (s *server) disconnect(r *request, a *dap.DisconnectArguments) error {
	s.ended = true
	err := s.leave(a != nil && a.TerminateDebuggee)
	s.drain()
	s.flush() // the answer is the last that the client hears
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
	if !s.session.HasProcess() {
		return nil
	}
	err := s.leave(false)
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
