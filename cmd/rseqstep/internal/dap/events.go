package dap

import (
	"fmt"
	"strings"

	"github.com/google/go-dap"

	"rseqstep/cmd/rseqstep/internal/session"
)

// exceptionFilters are the C++ exceptions at which the program can stop.
func exceptionFilters() []dap.ExceptionBreakpointsFilter {
	of := func(filter, label string, condition bool) dap.ExceptionBreakpointsFilter {
		f := dap.ExceptionBreakpointsFilter{Filter: filter, Label: label, SupportsCondition: condition}
		if condition {
			f.ConditionDescription = "Regular expression of the exception's type"
		}
		return f
	}
	return []dap.ExceptionBreakpointsFilter{of("throw", "C++: thrown", true), of("catch", "C++: caught", true), of("rethrow", "C++: thrown again", false)}
}

// setExceptionBreakpoints answers setExceptionBreakpoints.
func (s *server) setExceptionBreakpoints(r *request, a dap.SetExceptionBreakpointsArguments) error {
	var list []wanted
	known := map[string]bool{}
	for _, f := range exceptionFilters() {
		known[f.Filter] = true
	}
	add := func(filter, condition string) error {
		if !known[filter] {
			return fmt.Errorf("there is no exception filter %q", clip(filter))
		}
		list = append(list, wanted{event: filter, condition: strings.TrimSpace(condition), reason: "exception"})
		return nil
	}
	for _, filter := range a.Filters {
		if err := add(filter, ""); err != nil {
			return err
		}
	}
	for _, o := range a.FilterOptions {
		if err := add(o.FilterId, o.Condition); err != nil {
			return err
		}
	}
	s.respond(r, &dap.SetExceptionBreakpointsResponse{Body: dap.SetExceptionBreakpointsResponseBody{Breakpoints: s.set("exceptions", list)}})
	return nil
}

// catch sets the catchpoint that is wanted for an event.
func (s *server) catch(w wanted) (*point, error) {
	e, err := session.NewEvent(w.event, w.condition)
	if err != nil {
		return nil, err
	}
	b := &session.Breakpoint{}
	err = s.session.CatchEvent(e, b)
	s.take()
	if err != nil {
		return nil, err
	}
	return &point{wanted: w, b: b}, nil
}

// exceptionAt returns the event of the exception at which the program has stopped, "" for none.
func (s *server) exceptionAt() string {
	if s.shown == nil {
		return ""
	}
	for _, h := range s.shown.Hits {
		if h.Event != "" {
			return h.Event
		}
	}
	return ""
}
