package dap

import (
	"errors"
	"fmt"

	"github.com/google/go-dap"

	"rseqstep/stepper"
	"rseqstep/stepper/expr"
)

// handle is what a number sent to the client refers to, until the program moves: a
// frame, a scope of one, or a value with parts.
type handle struct {
	tid, level int
	kind       handleKind
	value      expr.Value       // ofValue
	name       string           // ofValue: an expression for it, "" if there is none
	function   stepper.Function // ofFunction
}

type handleKind int

const (
	ofFrame handleKind = iota
	ofLocals
	ofRegisters
	ofValue
	ofFunction // a function that a line calls
)

// handles holds the numbers in use. A number is never reused within a session, so that
// a number from an earlier stop is recognized as stale.
type handles struct {
	first int // number of list[0]
	list  []*handle
}

func (h *handles) add(x *handle) int {
	if h.first == 0 {
		h.first = 1
	}
	h.list = append(h.list, x)
	return h.first + len(h.list) - 1
}

// forget drops all handles; called when the program moves.
func (h *handles) forget() {
	h.first, h.list = max(h.first, 1)+len(h.list), nil
}

var errStale = errors.New("it belongs to an earlier stop")

func (h *handles) get(n int) (*handle, error) {
	if i := n - h.first; h.first > 0 && i >= 0 && i < len(h.list) {
		return h.list[i], nil
	}
	return nil, fmt.Errorf("reference %d: %w", n, errStale)
}

// context returns the context in which the handle's expressions are evaluated. It
// selects the thread and the frame.
func (s *server) context(h *handle) (*expr.Context, error) {
	return s.session.ContextAt(h.tid, h.level)
}

// frameContext returns the context of a frame by its number; 0 is the innermost frame
// of the selected thread.
func (s *server) frameContext(frame int) (*expr.Context, *handle, error) {
	h := &handle{}
	if frame != 0 {
		var err error
		if h, err = s.handles.get(frame); err != nil {
			return nil, nil, err
		}
	} else {
		e, err := s.session.Engine()
		if err != nil {
			return nil, nil, err
		}
		h.tid = e.Thread()
	}
	c, err := s.context(h)
	return c, h, err
}

func (s *server) scopes(r *request, a dap.ScopesArguments) error {
	h, err := s.handles.get(a.FrameId)
	if err != nil {
		return err
	}
	scope := func(name, hint string, kind handleKind) dap.Scope {
		return dap.Scope{Name: name, PresentationHint: hint, Expensive: kind == ofRegisters,
			VariablesReference: s.handles.add(&handle{tid: h.tid, level: h.level, kind: kind})}
	}
	s.respond(r, &dap.ScopesResponse{Body: dap.ScopesResponseBody{Scopes: []dap.Scope{
		scope("Locals", "locals", ofLocals), scope("Registers", "registers", ofRegisters)}}})
	return nil
}
