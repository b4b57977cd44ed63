package commands

import (
	"bytes"
	"strings"
	"testing"
	"unicode/utf8"

	"rseqstep/cmd/rseqstep/internal/prompt"
)

// TestHelpFitsEightyColumns writes the help of every class, command and
// subcommand. A terminal breaks longer lines in the middle of a word.
func TestHelpFitsEightyColumns(t *testing.T) {
	in, _, _ := newTable(t)
	check := func(topic string) {
		var text bytes.Buffer
		if err := in.Help(&text, topic); err != nil {
			t.Errorf("help %s: %v", topic, err)
		}
		for _, line := range strings.Split(text.String(), "\n") {
			if n := utf8.RuneCountInString(line); n > 80 {
				t.Errorf("help %s: %d columns: %s", topic, n, line)
			}
		}
	}
	check("")
	check("all")
	var each func(r *prompt.Registry, path string)
	each = func(r *prompt.Registry, path string) {
		for _, c := range r.Commands() {
			topic := strings.TrimSpace(path + " " + c.Name)
			check(topic)
			if c.Subs != nil {
				each(c.Subs, topic)
			}
		}
	}
	each(in.Commands, "")
}
