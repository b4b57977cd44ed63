package macro

import (
	"errors"
	"fmt"
	"slices"
	"strings"
)

// sentenceError is an error in gdb's words, which are a sentence.
type sentenceError string

func (e sentenceError) Error() string { return string(e) }

func sentence(format string, args ...any) error { return sentenceError(fmt.Sprintf(format, args...)) }

// maxTokens bounds an expansion: macros can double their arguments again and again.
const maxTokens = 1 << 16

var errTooLong = errors.New("the macros expand to too much text")

// Lookup finds a macro.
type Lookup func(name string) (Definition, bool)

// Expand replaces the macros in text. Text without macros is returned as it is.
func Expand(text string, lookup Lookup) (string, error) {
	x := &expander{lookup: lookup}
	out, err := x.expand(tokens(text))
	if err != nil || x.replaced == 0 {
		return text, err
	}
	return join(out), nil
}

type expander struct {
	lookup   Lookup
	replaced int
	made     int // tokens
}

// expand replaces the macros among tokens, and those in what replaces them.
func (x *expander) expand(list []token) (out []token, err error) {
	for len(list) > 0 {
		t := list[0]
		d, ok := Definition{}, false
		if t.isName() && !t.bound {
			d, ok = x.lookup(t.text)
		}
		if ok && slices.Contains(t.hide, t.text) {
			t.bound, ok = true, false
		}
		args, rest, hide := [][]token(nil), list[1:], t.hide
		if ok && d.Function {
			if len(rest) == 0 || rest[0].text != "(" {
				ok = false
			} else if args, rest, hide, err = arguments(d, rest[1:], t.hide); err != nil {
				return nil, err
			}
		}
		if !ok {
			out, list = append(out, t), list[1:]
			continue
		}
		x.replaced++
		body, err := x.substitute(d, args)
		if x.made += len(body); x.made > maxTokens {
			return nil, errTooLong
		}
		if err != nil {
			return nil, err
		}
		hide = append(slices.Clone(hide), d.Name)
		for i := range body {
			body[i].hide = append(slices.Clone(body[i].hide), hide...)
		}
		if len(body) > 0 {
			body[0].space = t.space
		}
		list = append(body, rest...)
	}
	return out, nil
}

// arguments takes the arguments of a call apart, whose "(" has been read. hide is what the closing
// parenthesis and the macro's name both hide.
func arguments(d Definition, list []token, hidden []string) (args [][]token, rest []token, hide []string, err error) {
	depth, arg := 0, []token{}
	for i, t := range list {
		switch {
		case t.text == ")" && depth == 0:
			if args = append(args, arg); len(d.Params) == 0 && len(args) == 1 && len(arg) == 0 {
				args = nil
			}
			for _, h := range hidden {
				if slices.Contains(t.hide, h) {
					hide = append(hide, h)
				}
			}
			args, err = d.fit(args)
			return args, list[i+1:], hide, err
		case t.text == "," && depth == 0 && !(d.rest() && len(args) == len(d.Params)-1):
			args, arg = append(args, arg), []token{}
			continue
		case t.text == "(":
			depth++
		case t.text == ")":
			depth--
		}
		arg = append(arg, t)
	}
	return nil, nil, nil, sentence("Malformed argument list for macro `%s'.", d.Name)
}

// rest reports whether the last parameter stands for all further arguments.
func (d Definition) rest() bool {
	return len(d.Params) > 0 && strings.HasSuffix(d.Params[len(d.Params)-1], "...")
}

// fit checks the number of arguments; those for "..." may be missing.
func (d Definition) fit(args [][]token) ([][]token, error) {
	if d.rest() && len(args) == len(d.Params)-1 {
		args = append(args, nil)
	}
	if len(args) == 0 && len(d.Params) == 1 {
		args = [][]token{{}}
	}
	switch {
	case len(args) == len(d.Params):
		return args, nil
	case d.rest():
		return nil, sentence("Wrong number of arguments to macro `%s' (expected at least %d, got %d).", d.Name, len(d.Params)-1, len(args))
	}
	return nil, sentence("Wrong number of arguments to macro `%s' (expected %d, got %d).", d.Name, len(d.Params), len(args))
}
