package dap

import (
	"fmt"
	"strings"

	"github.com/google/go-dap"

	"rseqstep/stepper"
)

// dataBreakpointInfo reports whether a variable can be watched, and how.
func (s *server) dataBreakpointInfo(r *request, a dap.DataBreakpointInfoArguments) error {
	h, name := &handle{}, a.Name
	var err error
	if a.VariablesReference != 0 {
		if h, err = s.handles.get(a.VariablesReference); err == nil {
			name, err = s.nameOf(h, a.Name)
		}
	} else {
		_, h, err = s.frameContext(a.FrameId)
	}
	body := dap.DataBreakpointInfoResponseBody{Description: a.Name}
	if err == nil {
		_, err = s.context(h)
	}
	var at fmt.Stringer
	length := 0
	if err == nil {
		at, length, err = s.watchable(name)
	}
	if err != nil {
		body.Description = err.Error()
	} else {
		body.DataId = fmt.Sprintf("%s/%d/%s", at, length, name)
		body.Description, body.AccessTypes = name, []dap.DataBreakpointAccessType{"read", "write", "readWrite"}
	}
	s.respond(r, &dap.DataBreakpointInfoResponse{Body: body})
	return nil
}

func (s *server) watchable(name string) (fmt.Stringer, int, error) {
	at, length, err := s.session.Values().Watchable(name)
	return at, length, err
}

// setDataBreakpoints answers setDataBreakpoints. An id has the form
// "address/bytes/name" and is created while the variable is in scope; the address is
// what the breakpoint watches.
func (s *server) setDataBreakpoints(r *request, a dap.SetDataBreakpointsArguments) error {
	kinds := map[dap.DataBreakpointAccessType]stepper.BreakpointKind{"": stepper.WatchWrite, "write": stepper.WatchWrite, "read": stepper.WatchRead, "readWrite": stepper.WatchAccess}
	list := make([]wanted, len(a.Breakpoints))
	for i, b := range a.Breakpoints {
		at, rest, _ := strings.Cut(b.DataId, "/")
		bytes, _, _ := strings.Cut(rest, "/")
		kind, ok := kinds[b.AccessType]
		types := map[string]string{"1": "char", "2": "short", "4": "int", "8": "long"}
		if _, err := address(at, 0); err != nil || !ok || types[bytes] == "" {
			return fmt.Errorf("%q is not the id of a data breakpoint of this adapter", clip(b.DataId))
		}
		list[i] = wanted{kind: kind, location: fmt.Sprintf("*(%s *)%s", types[bytes], at), fixed: true, condition: strings.TrimSpace(b.Condition), hit: b.HitCondition}
	}
	s.respond(r, &dap.SetDataBreakpointsResponse{Body: dap.SetDataBreakpointsResponseBody{Breakpoints: s.set("data", list)}})
	return nil
}
