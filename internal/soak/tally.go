package main

import (
	"fmt"
	"io"
	"maps"
	"regexp"
	"slices"
	"strings"
	"time"
)

// tally counts what a soak has done.
type tally struct {
	begun                      time.Time
	sessions, rounds, commands int
	stops                      map[string]int
	refused                    map[string]int // error messages, numbers left out
	slow                       time.Duration
	slowWhat                   string
	most                       holding
	numbers                    *regexp.Regexp
}

func newTally() *tally {
	return &tally{begun: time.Now(), stops: map[string]int{}, refused: map[string]int{}, numbers: regexp.MustCompile(`0x[0-9a-f]+|\d+`)}
}

// line counts a line of an answer if it looks like a message: a sentence or an error,
// not data.
func (t *tally) line(line string) {
	if strings.HasPrefix(line, "{") || !strings.ContainsAny(line, ".:") || strings.HasPrefix(line, " ") || strings.HasPrefix(line, "=>") ||
		strings.HasPrefix(line, "#") || strings.HasPrefix(line, "*") || strings.HasPrefix(line, "[") || strings.HasPrefix(line, "\t") {
		return
	}
	t.refused[t.numbers.ReplaceAllString(line, "N")]++
}

func (t *tally) slowest(what, where string, took time.Duration) {
	if took > t.slow {
		t.slow, t.slowWhat = took, fmt.Sprintf("%s (%s)", what, where)
	}
}

func (t *tally) write(w io.Writer) error {
	fmt.Fprintf(w, "%d sessions, %d rounds, %d commands in %v; the slowest %v: %s; the largest debugger %v\n",
		t.sessions, t.rounds, t.commands, time.Since(t.begun).Round(time.Second), t.slow.Round(time.Millisecond), t.slowWhat, t.most)
	fmt.Fprint(w, "stops:")
	for _, r := range slices.Sorted(maps.Keys(t.stops)) {
		fmt.Fprintf(w, " %s %d", r, t.stops[r])
	}
	_, err := fmt.Fprintln(w)
	return err
}

// messages returns the debugger's messages, the most frequent first.
func (t *tally) messages(w io.Writer) {
	all := slices.SortedFunc(maps.Keys(t.refused), func(a, b string) int { return t.refused[b] - t.refused[a] })
	for _, m := range all {
		fmt.Fprintf(w, "%6d  %s\n", t.refused[m], m)
	}
}
