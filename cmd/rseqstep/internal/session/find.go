package session

import (
	"strings"

	"rseqstep/cmd/rseqstep/internal/prompt"
	"rseqstep/stepper/expr"
	"rseqstep/table"
)

// search is what `find` looks for.
type search struct {
	from    table.Addr
	length  uint64 // bytes
	pattern []byte
	most    int // matches
}

// Find is `find`: it hands the text of each match's address to show, and returns their number. The
// last one becomes $_, the number $numfound. format is "/SIZE" and "/COUNT", or both in one.
func (v *values) Find(format, arguments string, show func(address string)) (int, error) {
	c := v.here()
	w, err := searched(c, format, arguments)
	if err != nil {
		return 0, err
	}
	n := 0
	err = c.Find(w.from, w.length, w.pattern, func(a table.Addr) bool {
		n++
		show(c.AddressText(a))
		c.Session.SetExamined(a)
		return n < w.most && !v.s.Interrupted()
	})
	c.Session.SetInteger("numfound", int64(n))
	return n, err
}

// searched parses the arguments of `find`: START, END or START, +LENGTH, then the values.
func searched(c *expr.Context, format, arguments string) (w search, err error) {
	f, err := expr.FindFormat(format)
	if err != nil {
		return w, err
	}
	w.most = f.Count
	words, err := splitArguments("," + arguments)
	switch {
	case err != nil:
		return w, err
	case arguments == "":
		return w, prompt.Message("Missing search parameters.")
	case len(words) < 3:
		return w, prompt.Message("Missing search pattern.")
	}
	at := func(text string) (table.Addr, error) {
		val, err := c.Evaluate(text)
		if err != nil {
			return 0, err
		}
		return c.ExamineAddress(val)
	}
	if w.from, err = at(words[0]); err != nil {
		return w, err
	}
	length, counted := strings.CutPrefix(words[1], "+")
	end, err := at(length)
	switch {
	case err != nil:
		return w, err
	case counted:
		w.length = uint64(end)
	case end < w.from:
		return w, prompt.Message("Invalid search space, end precedes start.")
	default:
		w.length = uint64(end-w.from) + 1
	}
	if w.length == 0 {
		return w, prompt.Message("Empty search range.")
	}
	for _, text := range words[2:] {
		val, err := c.Evaluate(text)
		if err != nil {
			return w, err
		}
		b, err := c.Pattern(val, f.Size)
		if err != nil {
			return w, err
		}
		w.pattern = append(w.pattern, b...)
	}
	if uint64(len(w.pattern)) > w.length {
		return w, prompt.Message("Search space too small to contain pattern.")
	}
	return w, nil
}
