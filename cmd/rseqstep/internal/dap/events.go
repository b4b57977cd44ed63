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

// setExceptionBreakpoints answers setExceptionBreakpoints. A client that Delve has answered first
// chooses among Delve's filters too, which are for Go.
func (s *server) setExceptionBreakpoints(r *request, a dap.SetExceptionBreakpointsArguments) error {
	known := map[string]bool{}
	for _, f := range exceptionFilters() {
		known[f.Filter] = true
	}
	var options []dap.ExceptionFilterOptions // answered in this order: the filters, then the options
	for _, f := range a.Filters {
		options = append(options, dap.ExceptionFilterOptions{FilterId: f})
	}
	options = append(options, a.FilterOptions...)
	var list []wanted
	for _, o := range options {
		switch {
		case known[o.FilterId]:
			list = append(list, wanted{event: o.FilterId, condition: strings.TrimSpace(o.Condition), reason: "exception"})
		case !s.handedOver:
			return fmt.Errorf("there is no exception filter %q", clip(o.FilterId))
		}
	}
	set := s.set("exceptions", list)
	answers := make([]dap.Breakpoint, len(options))
	for i, o := range options {
		if known[o.FilterId] {
			answers[i], set = set[0], set[1:]
		} else {
			answers[i].Message = fmt.Sprintf("%q is for Go", clip(o.FilterId))
		}
	}
	s.respond(r, &dap.SetExceptionBreakpointsResponse{Body: dap.SetExceptionBreakpointsResponseBody{Breakpoints: answers}})
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
