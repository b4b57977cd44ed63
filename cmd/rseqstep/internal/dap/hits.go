package dap

import (
	"fmt"
	"strconv"
	"strings"

	"rseqstep/stepper/expr"
)

// filter returns the check made after a breakpoint's condition: how many hits it needs,
// and what to log instead of stopping. nil means always stop.
func (s *server) filter(w wanted) (func(tid int) (bool, error), error) {
	hit, err := hitCondition(w.hit)
	if err != nil {
		return nil, err
	}
	parts, err := parseLog(w.log)
	if err != nil {
		return nil, err
	}
	if hit == nil && w.log == "" {
		return nil, nil
	}
	met := 0
	return func(tid int) (bool, error) {
		met++
		if hit != nil && !hit(met) {
			return false, nil
		}
		if w.log == "" {
			return true, nil
		}
		s.output("stdout", s.logText(tid, parts)+"\n")
		return false, nil
	}, nil
}

// hitCondition parses "3", "== 3", ">= 3", "> 3", "< 3", "<= 3", "!= 3" or "% 3"; a
// number alone means "==", as with Delve. nil for "".
func hitCondition(text string) (func(met int) bool, error) {
	text = strings.TrimSpace(text)
	if text == "" {
		return nil, nil
	}
	op, number := "==", text
	for _, o := range []string{"==", ">=", "<=", "!=", ">", "<", "%"} {
		if rest, ok := strings.CutPrefix(text, o); ok {
			op, number = o, strings.TrimSpace(rest)
			break
		}
	}
	n, err := strconv.Atoi(number)
	if err != nil || n < 0 || op == "%" && n == 0 {
		return nil, fmt.Errorf("%q is not a hit condition: give a number, alone or after one of ==, >=, >, <=, <, !=, %%", clip(text))
	}
	return map[string]func(int) bool{
		"==": func(met int) bool { return met == n },
		">=": func(met int) bool { return met >= n },
		"<=": func(met int) bool { return met <= n },
		"!=": func(met int) bool { return met != n },
		">":  func(met int) bool { return met > n },
		"<":  func(met int) bool { return met < n },
		"%":  func(met int) bool { return met%n == 0 },
	}[op], nil
}

// logPart is a piece of a log message: text, or an expression in braces.
type logPart struct {
	text, expression string
}

// parseLog parses a message such as "i is {i}"; "{{" and "}}" are literal braces.
func parseLog(text string) (parts []logPart, err error) {
	var b strings.Builder
	for i := 0; i < len(text); i++ {
		switch c := text[i]; {
		case (c == '{' || c == '}') && i+1 < len(text) && text[i+1] == c:
			b.WriteByte(c)
			i++
		case c == '{':
			end := strings.IndexByte(text[i:], '}')
			if end < 0 {
				return nil, fmt.Errorf("the log message %q has an unclosed brace", clip(text))
			}
			expression := strings.TrimSpace(text[i+1 : i+end])
			if expression == "" {
				return nil, fmt.Errorf("the log message %q has empty braces", clip(text))
			}
			parts = append(parts, logPart{text: b.String()}, logPart{expression: expression})
			b.Reset()
			i += end
		default:
			b.WriteByte(c)
		}
	}
	return append(parts, logPart{text: b.String()}), nil
}

// logText returns a log message, evaluated in the thread that hit its breakpoint.
func (s *server) logText(tid int, parts []logPart) string {
	var b strings.Builder
	c, err := s.session.ContextOf(tid)
	for _, p := range parts {
		b.WriteString(p.text)
		if p.expression == "" {
			continue
		}
		if err != nil {
			fmt.Fprintf(&b, "<error: %v>", err)
			continue
		}
		v, err := c.Evaluate(p.expression)
		b.WriteString(c.Text(expr.Variable{Value: v, Err: err}, expr.Format{}))
	}
	return b.String()
}
