package commands

import (
	"errors"
	"strings"
	"testing"

	"rseqstep/cmd/rseqstep/internal/prompt"
)

// TestUnknownCommandsNameTheNearestBySense has words that are no commands. What is suggested
// for them must be commands.
func TestUnknownCommandsNameTheNearestBySense(t *testing.T) {
	in, _, _ := newTable(t)
	for word, want := range map[string]string{
		"foo": "", "zork": "", "frobnicate": "", "bar": "", // not "down", nor "tbreak"
		"cotninue": "continue", "braek": "break", "finsh": "finish", "stepout": "finish", "bactrace": "backtrace", "nextt": "next", "disasemble": "disassemble",
		"bp": "break", "stepover": "next", "resume": "continue", "restart": "run", "locals": "info locals", "threads": "info threads",
		"registers": "info registers", "stack": "backtrace", "memory": "x", "evaluate": "print", "breakpoints": "info breakpoints", "sharedlib": "info sharedlibrary",
		"listsize": "set listsize", "sections": "info rseq", "variables": "info locals", "functions": "info functions",
	} {
		_, _, err := in.Resolve(word)
		var unknown *prompt.UnknownError
		if !errors.As(err, &unknown) {
			t.Errorf("%s: %v", word, err)
			continue
		}
		first := ""
		if len(unknown.Suggestions) > 0 {
			first = unknown.Suggestions[0]
		}
		if first != want {
			t.Errorf("%s: %v, want %q first", word, unknown.Suggestions, want)
		}
		if len(unknown.Suggestions) > 3 {
			t.Errorf("%s: %d suggestions: %v", word, len(unknown.Suggestions), unknown.Suggestions)
		}
		for _, line := range unknown.Suggestions {
			if _, rest, err := in.Resolve(line); err != nil || rest != "" && rest != "all" {
				t.Errorf("%s: %q is no command: %v", word, line, err)
			}
		}
	}
	if _, _, err := in.Resolve("locals"); !strings.Contains(err.Error(), `Did you mean "info locals", "info args" or "print"?`) {
		t.Error(err)
	}
}
