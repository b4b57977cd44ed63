package dap

import (
	"errors"
	"fmt"
	"strings"

	"github.com/google/go-dap"

	"rseqstep/cmd/rseqstep/internal/prompt"
	"rseqstep/stepper/expr"
)

// commandMark at the start of a console line makes the line a command of the prompt,
// whatever variables exist. The C++ extension of VS Code uses the same prefix.
const commandMark = "-exec "

// evaluate answers evaluate. In the console, a line that begins with the name of a command of the
// prompt is one, as the prompt has it ("print" evaluates an expression); any other line is an
// expression.
func (s *server) evaluate(r *request, a dap.EvaluateArguments) error {
	text := strings.TrimSpace(a.Expression)
	if line, ok := strings.CutPrefix(text, commandMark); ok && a.Context == "repl" {
		return s.command(r, strings.TrimSpace(line))
	}
	if a.Context == "repl" {
		word, rest := prompt.Split(text)
		if _, unknown := s.interp.Commands.Find(word); unknown == nil && !continues(rest) {
			return s.selected(r, text, a.FrameId)
		}
	}
	text, suffix := s.suffix(text, a)
	body, err := s.value(text, suffix, a)
	if err != nil {
		return err
	}
	s.respond(r, &dap.EvaluateResponse{Body: body})
	return nil
}

// continues reports whether what follows a word makes it a part of an expression: "n = 5",
// "s->next", "x + 1".
func continues(rest string) bool {
	for _, op := range []string{"=", "->", ".", "[", "+ ", "+=", "-=", "- ", "* ", "/ ", "%", "<", ">", "==", "!=", "&&", "||", "? "} {
		if strings.HasPrefix(rest, op) {
			return true
		}
	}
	return false
}

// selected runs a command of the prompt for the frame that the client shows.
func (s *server) selected(r *request, line string, frame int) error {
	if frame != 0 && s.session.Live() {
		if h, err := s.handles.get(frame); err == nil {
			if _, err := s.context(h); err != nil {
				return err
			}
		}
	}
	return s.command(r, line)
}

// suffix splits the format off an expression: "x,h" is x in hexadecimal, as in Visual Studio and
// its kin. A letter that names a variable is an operand of the comma operator.
func (s *server) suffix(text string, a dap.EvaluateArguments) (expression string, f expr.Format) {
	f = formatOf(a.Format)
	i := strings.LastIndexByte(text, ',')
	if i < 0 {
		return text, f
	}
	letter := strings.TrimSpace(text[i+1:])
	format, ok := map[string]byte{"h": 'x', "x": 'x', "X": 'x', "d": 'd', "o": 'o', "b": 't', "t": 't', "c": 'c', "s": 's', "u": 'u', "a": 'a', "f": 'f'}[letter]
	if !ok {
		return text, f
	}
	if c, _, err := s.frameContext(a.FrameId); err == nil {
		if _, err := c.Evaluate(letter); err == nil {
			return text, f
		}
	}
	return strings.TrimSpace(text[:i]), expr.Format{Letter: format, Line: true}
}

func (s *server) value(text string, f expr.Format, a dap.EvaluateArguments) (body dap.EvaluateResponseBody, err error) {
	if !s.session.Live() {
		return body, errors.New("no program is being debugged")
	}
	c, h, err := s.frameContext(a.FrameId)
	if err != nil {
		return body, err
	}
	v, err := c.Evaluate(text)
	if err != nil {
		return body, err
	}
	if a.Context == "repl" {
		// The expression may have assigned.
		if c, err = s.context(h); err != nil {
			return body, err
		}
	}
	shown := s.variable(c, h, expr.Variable{Value: v}, text, f)
	if strings.HasPrefix(shown.Value, "<error: ") {
		return body, errors.New(strings.TrimSuffix(strings.TrimPrefix(shown.Value, "<error: "), ">"))
	}
	return dap.EvaluateResponseBody{Result: shown.Value, Type: shown.Type, VariablesReference: shown.VariablesReference,
		NamedVariables: shown.NamedVariables, IndexedVariables: shown.IndexedVariables, MemoryReference: shown.MemoryReference}, nil
}

// command runs a command of the prompt.
func (s *server) command(r *request, line string) error {
	word, _ := prompt.Split(line)
	c, err := s.interp.Commands.Find(word)
	if err != nil {
		return err
	}
	switch c.Name {
	case "quit", "run", "start", "starti", "attach", "core-file", "file", "define", "commands", "source":
		return fmt.Errorf("%q does not work in this console: the editor starts and ends the program", c.Name)
	}
	before := s.shown
	s.shown = nil
	if s.session.HasProcess() && (c.Class == prompt.Running || c.Class == prompt.Data) { // an expression may call a function
		var a *attendant
		a, err = s.attended(func() error { return s.interp.Execute(line) })
		s.ended = s.ended || a.gone
		defer func() {
			for _, held := range a.held {
				s.answerHeld(held)
			}
		}()
	} else {
		err = s.interp.Execute(line)
	}
	text := s.take()
	if err != nil && !errors.Is(err, prompt.ErrReported) {
		if s.shown == nil && s.session.Live() {
			return fmt.Errorf("%s%w", text, err)
		}
		text += err.Error() // a called function stopped, and the program is at another place
	}
	s.respond(r, &dap.EvaluateResponse{Body: dap.EvaluateResponseBody{Result: strings.TrimRight(text, "\n")}})
	if s.shown != nil {
		s.moving()
		s.seeThreads()
		return s.stopped("")
	}
	if !s.session.Live() {
		s.drain()
		s.terminated()
		return nil
	}
	s.shown = before
	s.event("invalidated", &dap.InvalidatedEvent{Body: dap.InvalidatedEventBody{Areas: []dap.InvalidatedAreas{"variables"}}})
	return nil
}
