package main

import (
	"errors"
	"fmt"
	"io"
	"os"
	"slices"
	"strings"
)

// tools are the debuggers.
type tools struct{ gdb, rseqstep string }

// result is the comparison of a program built in one way.
type result struct {
	program     *program
	variant     variant
	comparisons []comparison
}

// try builds a program and compares the two debuggers on it.
func (t tools) try(p *program, v variant) (*result, error) {
	dir, err := os.MkdirTemp("", "differ")
	if err != nil {
		return nil, err
	}
	defer os.RemoveAll(dir)
	exe, err := p.build(dir, v)
	if err != nil {
		return nil, err
	}
	theirs, err := gdb(t.gdb).ask(exe, p.commands)
	died := errors.Is(err, errLost) && strings.Contains(err.Error(), "internal-error")
	if err != nil && !died {
		return nil, err
	}
	ours, err := rseqstep(t.rseqstep).ask(exe, p.commands)
	if err != nil {
		return nil, err
	}
	r := &result{program: p, variant: v}
	for n, c := range p.commands {
		if died && (strings.Contains(theirs[n], "internal-error") || len(strings.Join(theirs[n:], "")) == 0) {
			r.comparisons = append(r.comparisons, comparison{command: c, gdb: "gdb died of an internal error", ours: ours[n], verdict: known, why: "gdb dies"})
			break // what comes later was not answered
		}
		r.comparisons = append(r.comparisons, compare(c, theirs[n], ours[n]))
	}
	return r, nil
}

// tally counts verdicts.
type tally [fault + 1]int

func (t *tally) add(r *result) {
	for _, c := range r.comparisons {
		t[c.verdict]++
	}
}

func (t *tally) String() string {
	n := 0
	for _, k := range t {
		n += k
	}
	return fmt.Sprintf("%d comparisons: %d faults, %d missing here, %d missing in gdb, %d known differences", n, t[fault], t[missing], t[more], t[known])
}

// report writes the comparisons of at least one of the verdicts.
func (r *result) report(w io.Writer, which func(verdict) bool) {
	for _, c := range r.comparisons {
		if which(c.verdict) {
			g, o := apart(c.gdb, c.ours)
			fmt.Fprintf(w, "%v: %s, %v: %s\n  gdb:  %s\n  ours: %s\n", c.verdict, r.program.name, r.variant, c.command, indent(g), indent(o))
		}
	}
}

func indent(s string) string {
	out := ""
	for _, r := range s {
		out += string(r)
		if r == '\n' {
			out += "        "
		}
	}
	return out
}

// apart removes the lines that two long answers share.
func apart(a, b string) (string, string) {
	x, y := strings.Split(a, "\n"), strings.Split(b, "\n")
	if len(x) < 4 && len(y) < 4 {
		return a, b
	}
	only := func(x, y []string) string {
		return strings.Join(slices.DeleteFunc(slices.Clone(x), func(l string) bool { return slices.Contains(y, l) }), "\n")
	}
	return only(x, y), only(y, x)
}
