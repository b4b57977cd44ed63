package dap

import (
	"fmt"
	"strings"

	"github.com/google/go-dap"

	"rseqstep/cmd/rseqstep/internal/show"
	"rseqstep/stepper"
)

// stopped reports a stop; for reason "" it takes the reason from the last stop.
func (s *server) stopped(reason string) error {
	v := s.shown
	if v == nil {
		return nil
	}
	s.reportUnits()
	switch v.Reason {
	case stepper.StopExited, stepper.StopKilled:
		s.exited(v)
		return nil
	}
	if !s.session.HasProcess() {
		s.terminated()
		return nil
	}
	s.reportChanged()
	body := s.reasonOf(v)
	if reason != "" {
		body.Reason, body.Description = reason, "Paused on entry"
	}
	body.ThreadId, body.AllThreadsStopped = v.TID, true
	s.event("stopped", &dap.StoppedEvent{Body: body})
	return nil
}

// reasonOf translates a stop into the protocol's terms.
func (s *server) reasonOf(v *show.Stop) dap.StoppedEventBody {
	var body dap.StoppedEventBody
	switch v.Reason {
	case stepper.StopBreakpoint:
		body.Reason = "breakpoint"
		for _, h := range v.Hits {
			if s.points.entry != nil && h.Number == s.points.entry.Number {
				s.points.entry = nil
				if len(v.Hits) == 1 {
					body.Reason, body.Description = "entry", "Paused on entry"
				}
				continue
			}
			body.HitBreakpointIds = append(body.HitBreakpointIds, h.Number)
			if kind := s.points.kind(h.Number); kind != "" {
				body.Reason = kind
			}
			if h.Event != "" {
				body.Reason, body.Description, body.Text = "exception", "C++ "+h.Event, h.Event
			}
		}
	case stepper.StopWatchpoint:
		body.Reason = "data breakpoint"
		var lines []string
		for _, w := range v.Watched {
			body.HitBreakpointIds = append(body.HitBreakpointIds, w.Number)
			text := fmt.Sprintf("%s is %s", w.Expr, strings.TrimSpace(w.New))
			if w.Old != w.New && w.Old != "" {
				text += ", was " + strings.TrimSpace(w.Old)
			}
			lines = append(lines, text)
		}
		for _, h := range v.Hits {
			if !h.Watch {
				body.HitBreakpointIds = append(body.HitBreakpointIds, h.Number)
			}
		}
		body.Text = strings.Join(lines, "\n")
		s.output("console", body.Text+"\n")
	case stepper.StopSignal:
		body.Reason = "exception"
		body.Description = show.SignalName(v.Signal)
		body.Text = show.SignalText(v.Signal)
	case stepper.StopCore:
		body.Reason = "pause"
		if v.Signal != 0 {
			body.Reason, body.Description, body.Text = "exception", show.SignalName(v.Signal), show.SignalText(v.Signal)
		}
	case stepper.StopInterrupt, stepper.StopAttached:
		body.Reason = "pause"
	case stepper.StopLoaded:
		body.Reason = "entry"
	case stepper.StopExec:
		body.Reason, body.Description = "entry", "Another program was executed"
	case stepper.StopThreadExited:
		body.Reason, body.Description = "step", "The thread that was stepped has exited"
	default:
		body.Reason = "step"
	}
	return body
}

// reportUnits shows the outcomes of the sections and vDSO functions on the way, and the
// value that a function returned.
func (s *server) reportUnits() {
	v := s.shown
	if v == nil {
		return
	}
	var text strings.Builder
	for _, line := range show.Units(v.Units, v.Naming, show.Style{}) {
		text.WriteString(line + "\n")
	}
	for _, n := range v.Notes {
		text.WriteString("note: " + n + "\n")
	}
	if v.Value != "" {
		text.WriteString("Value returned is " + v.Value + "\n")
	}
	v.Units, v.Notes, v.Value = nil, nil, ""
	s.output("console", text.String())
}

// exceptionInfo answers exceptionInfo for a stop by a signal.
func (s *server) exceptionInfo(r *request) error {
	v := s.shown
	if event := s.exceptionAt(); event != "" {
		s.respond(r, &dap.ExceptionInfoResponse{Body: dap.ExceptionInfoResponseBody{ExceptionId: event, Description: "C++ " + event, BreakMode: "always"}})
		return nil
	}
	if v == nil || v.Signal == 0 || v.Reason != stepper.StopSignal && v.Reason != stepper.StopCore {
		return fmt.Errorf("the program did not stop for a signal or an exception")
	}
	name := show.SignalName(v.Signal)
	s.respond(r, &dap.ExceptionInfoResponse{Body: dap.ExceptionInfoResponseBody{ExceptionId: name,
		Description: fmt.Sprintf("%s, %s", name, show.SignalText(v.Signal)), BreakMode: "always"}})
	return nil
}
