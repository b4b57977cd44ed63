package dap

import (
	"errors"
	"fmt"
	"strings"

	"github.com/google/go-dap"

	"rseqstep/cmd/rseqstep/internal/session"
	"rseqstep/stepper"
	"rseqstep/table"
)

// points holds the client's breakpoints in the groups in which it sets them: those of a
// source file, of functions, of instructions, of data.
type points struct {
	groups map[string][]*point
	entry  *session.Breakpoint // for a stop on entry; otherwise nil
}

// point is one of the client's breakpoints.
type point struct {
	wanted
	b        *session.Breakpoint
	verified bool // the client's id
}

// wanted is what the client asks for. Two equal values are the same breakpoint, which
// then keeps its hit count.
type wanted struct {
	kind      stepper.BreakpointKind
	location  string
	address   bool
	fixed     bool // location is an address that the adapter sent to the client
	condition string
	hit, log  string
	event     string // of an exception; condition is then a regular expression of its type
	reason    string // reason of a stop at it: "" for "breakpoint"
}

// kind returns the reason of a stop at a breakpoint, "" for an ordinary one.
func (p *points) kind(number int) string {
	for _, group := range p.groups {
		for _, x := range group {
			if x.b.Number == number {
				return x.reason
			}
		}
	}
	return ""
}

// set replaces a group's breakpoints by those wanted, and answers for each.
func (s *server) set(group string, list []wanted) []dap.Breakpoint {
	old := s.points.groups[group]
	var kept []*point
	answers := make([]dap.Breakpoint, len(list))
	found := make([]*point, len(list))
	for i, w := range list {
		for n, p := range old {
			if p != nil && p.wanted == w && s.exists(p.b) {
				found[i], old[n] = p, nil
				break
			}
		}
	}
	for _, p := range old {
		if p != nil && s.exists(p.b) {
			if err := s.session.Delete(p.b); err != nil {
				s.output("stderr", err.Error()+"\n")
			}
		}
	}
	for i, w := range list {
		if found[i] == nil {
			p, err := s.add(w)
			if err != nil {
				answers[i] = dap.Breakpoint{Message: err.Error()}
				continue
			}
			found[i] = p
		}
		kept = append(kept, found[i])
		answers[i] = s.describe(found[i].b)
		found[i].verified = answers[i].Verified
	}
	if s.points.groups == nil {
		s.points.groups = map[string][]*point{}
	}
	s.points.groups[group] = kept
	return answers
}

// exists reports whether a breakpoint still exists: console commands can delete it.
func (s *server) exists(b *session.Breakpoint) bool {
	have, err := s.session.Breakpoint(b.Number)
	return err == nil && have == b
}

func (s *server) add(w wanted) (*point, error) {
	if s.program != nil && s.program.launch != nil && s.program.launch.NoDebug {
		return nil, errors.New("the program runs without debugging (noDebug)")
	}
	if w.event != "" {
		return s.catch(w)
	}
	filter, err := s.filter(w)
	if err != nil {
		return nil, err
	}
	s.flush()
	b := &session.Breakpoint{Kind: w.kind, Location: w.location, Address: w.address, Fixed: w.fixed, Condition: w.condition, Filter: filter}
	err = s.session.Add(b)
	text := s.take()
	if err != nil {
		return nil, err
	}
	if b.Pending { // the error's text gives the reason
		s.output("console", text)
	}
	return &point{wanted: w, b: b}, nil
}

// describe returns a breakpoint in the form that the client shows.
func (s *server) describe(b *session.Breakpoint) dap.Breakpoint {
	out := dap.Breakpoint{Id: b.Number, Verified: b.Watch() && !b.Pending || len(b.Places) > 0}
	if b.Event != nil {
		out.Verified = true // its library may be loaded at any time
		return out
	}
	if !out.Verified {
		out.Message = fmt.Sprintf("%s is not found; a library that is loaded later may have it", b.Location)
		return out
	}
	if len(b.Places) > 0 {
		p := b.Places[0]
		out.InstructionReference = p.Addr.String()
		if l := s.lineIn(b, p); l.Line != 0 {
			out.Source, out.Line = s.source(l.File), s.line(l.Line)
		}
		if p.Trap != 0 {
			out.Message = fmt.Sprintf("inside a restartable sequence: the trap is at %v, the store that arms it; rseqstep steps the thread from there to this place", p.Trap)
		}
		if p.Asked != 0 {
			out.Message = fmt.Sprintf("%v is inside an exclusive sequence, whose store fails if a thread stops there: the thread stops before the sequence, at the load-exclusive", p.Asked)
		}
	}
	return out
}

// lineIn returns the line of a breakpoint's place in the file in which it was set. For
// an inlined call that is the line of the call; the place's own line is the callee's.
func (s *server) lineIn(b *session.Breakpoint, p stepper.Place) stepper.Line {
	file, _, ok := strings.Cut(b.Location, ":")
	if !ok || b.Address || p.Line.File == file {
		return p.Line
	}
	depth, _ := s.session.Symbols().Inlines(p.Addr)
	for ; depth >= 0; depth-- {
		if l, ok := s.session.Symbols().Line(p.Addr, depth); ok && l.File == file {
			return l
		}
	}
	return p.Line
}

// reportChanged reports to the client the breakpoints whose place was found since, and
// those that have no place in a program that the process has executed.
func (s *server) reportChanged() {
	s.session.Breakpoints() // updates them
	for _, group := range s.points.groups {
		for _, p := range group {
			if now := s.describe(p.b); now.Verified != p.verified {
				p.verified = now.Verified
				s.event("breakpoint", &dap.BreakpointEvent{Body: dap.BreakpointEventBody{Reason: "changed", Breakpoint: now}})
			}
		}
	}
}

func (s *server) setBreakpoints(r *request, a dap.SetBreakpointsArguments) error {
	path := a.Source.Path
	if path == "" {
		path = a.Source.Name
	}
	if path == "" {
		return errors.New("the source has no path")
	}
	path = s.programPath(path)
	list := make([]wanted, len(a.Breakpoints))
	for i, b := range a.Breakpoints {
		list[i] = wanted{location: fmt.Sprintf("%s:%d", path, s.lineFrom(b.Line)), condition: strings.TrimSpace(b.Condition), hit: b.HitCondition, log: b.LogMessage}
	}
	s.respond(r, &dap.SetBreakpointsResponse{Body: dap.SetBreakpointsResponseBody{Breakpoints: s.set("source "+path, list)}})
	return nil
}

func (s *server) setFunctionBreakpoints(r *request, a dap.SetFunctionBreakpointsArguments) error {
	list := make([]wanted, len(a.Breakpoints))
	for i, b := range a.Breakpoints {
		list[i] = wanted{location: strings.TrimSpace(b.Name), condition: strings.TrimSpace(b.Condition), hit: b.HitCondition, reason: "function breakpoint"}
	}
	s.respond(r, &dap.SetFunctionBreakpointsResponse{Body: dap.SetFunctionBreakpointsResponseBody{Breakpoints: s.set("functions", list)}})
	return nil
}

func (s *server) setInstructionBreakpoints(r *request, a dap.SetInstructionBreakpointsArguments) error {
	list := make([]wanted, len(a.Breakpoints))
	for i, b := range a.Breakpoints {
		at, err := address(b.InstructionReference, b.Offset)
		if err != nil {
			return err
		}
		list[i] = wanted{location: "*" + at.String(), address: true, fixed: true, condition: strings.TrimSpace(b.Condition), hit: b.HitCondition, reason: "instruction breakpoint"}
	}
	s.respond(r, &dap.SetInstructionBreakpointsResponse{Body: dap.SetInstructionBreakpointsResponseBody{Breakpoints: s.set("instructions", list)}})
	return nil
}

// address parses a memory reference. It is always one that the adapter sent: a number.
// See "memoryReference" in the protocol.
func address(reference string, offset int) (table.Addr, error) {
	var n uint64
	if _, err := fmt.Sscanf(reference+"\n", "%v\n", &n); err != nil {
		return 0, fmt.Errorf("%q is not an address", clip(reference))
	}
	return table.Addr(n + uint64(offset)), nil
}
