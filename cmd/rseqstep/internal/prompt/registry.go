package prompt

import (
	"fmt"
	"sort"
	"strconv"
	"strings"
)

// Registry is a table of commands. Context is the name that errors use for its entries:
// "" for the prompt's own, "info" for those of `info`.
type Registry struct {
	Context  string
	Absent   map[string]string // what to do instead of commands that users of gdb may miss, by name
	commands []*Command
	exact    map[string]*Command // names and aliases
}

// NewRegistry returns a table of the given commands.
func NewRegistry(context string, commands ...*Command) *Registry {
	r := &Registry{Context: context, exact: map[string]*Command{}}
	for _, c := range commands {
		r.Add(c)
	}
	return r
}

// Add adds a command. A later command replaces names of an earlier one.
func (r *Registry) Add(c *Command) {
	if old, ok := r.exact[c.Name]; ok && old.Name == c.Name {
		for i := range r.commands {
			if r.commands[i] == old {
				r.commands = append(r.commands[:i], r.commands[i+1:]...)
				break
			}
		}
	}
	r.commands = append(r.commands, c)
	r.exact[c.Name] = c
	for _, a := range c.Aliases {
		r.exact[a] = c
	}
}

// Commands returns the commands, sorted by name.
func (r *Registry) Commands() []*Command {
	out := append([]*Command(nil), r.commands...)
	sort.Slice(out, func(i, j int) bool { return out[i].Name < out[j].Name })
	return out
}

// UnknownError says that no command has the name.
type UnknownError struct {
	Context     string // "info" for `info nosuch`
	Word        string
	Suggestions []string // the names that may be meant, the best first; whole command lines
	Answer      string   // what to do instead; "" if that is not known
}

func (e *UnknownError) Error() string {
	word := e.Word
	if e.Context != "" {
		word = e.Context + " " + word
	}
	if e.Answer != "" {
		return fmt.Sprintf("Undefined command: %q.  %s", word, e.Answer)
	}
	hint := `Try "help".`
	if e.Context != "" {
		hint = fmt.Sprintf("Try %q.", "help "+e.Context)
	}
	if n := len(e.Suggestions); n > 0 {
		var quoted []string
		for _, s := range e.Suggestions {
			quoted = append(quoted, strconv.Quote(s))
		}
		hint = fmt.Sprintf("Did you mean %s?", quoted[n-1])
		if n > 1 {
			hint = fmt.Sprintf("Did you mean %s or %s?", strings.Join(quoted[:n-1], ", "), quoted[n-1])
		}
	}
	return fmt.Sprintf("Undefined command: %q.  %s", word, hint)
}

// AmbiguousError says that a prefix fits several commands.
type AmbiguousError struct {
	Context string
	Word    string
	Fits    []string
}

func (e *AmbiguousError) Error() string {
	return fmt.Sprintf("Ambiguous command %q: %s.", strings.TrimSpace(e.Context+" "+e.Word), strings.Join(e.Fits, ", "))
}

// Find resolves a word: an exact name or alias, otherwise the only command of which the
// word is a prefix. Errors: *UnknownError, *AmbiguousError.
func (r *Registry) Find(word string) (*Command, error) {
	if c, ok := r.exact[word]; ok {
		return c, nil
	}
	var fits []*Command
	for _, c := range r.Commands() {
		if word != "" && hasPrefix(c, word) {
			fits = append(fits, c)
		}
	}
	switch answer := r.Absent[word]; len(fits) {
	case 0:
		return nil, &UnknownError{Context: r.Context, Word: word, Suggestions: r.nearest(word), Answer: answer}
	case 1:
		return fits[0], nil
	}
	e := &AmbiguousError{Context: r.Context, Word: word}
	for _, c := range fits {
		e.Fits = append(e.Fits, c.Name)
	}
	return nil, e
}

// hasPrefix reports whether word is a prefix of the command's name or of an alias.
// Abbreviations ("si") count too; Find has already resolved "s" by its exact alias.
func hasPrefix(c *Command, word string) bool {
	if strings.HasPrefix(c.Name, word) {
		return true
	}
	for _, a := range c.Aliases {
		if len(a) > 3 && strings.HasPrefix(a, word) {
			return true
		}
	}
	return false
}

// Names returns the full names that begin with prefix, sorted.
func (r *Registry) Names(prefix string) []string {
	var out []string
	for _, c := range r.Commands() {
		if strings.HasPrefix(c.Name, prefix) {
			out = append(out, c.Name)
		}
	}
	return out
}

// distance returns the number of insertions, deletions, changes and swaps of neighbours
// that turn a into b (optimal string alignment).
func distance(a, b string) int {
	prev2, prev, cur := []int(nil), make([]int, len(b)+1), make([]int, len(b)+1)
	for j := range prev {
		prev[j] = j
	}
	for i := 1; i <= len(a); i++ {
		cur[0] = i
		for j := 1; j <= len(b); j++ {
			cost := 1
			if a[i-1] == b[j-1] {
				cost = 0
			}
			cur[j] = min(prev[j]+1, cur[j-1]+1, prev[j-1]+cost)
			if i > 1 && j > 1 && a[i-1] == b[j-2] && a[i-2] == b[j-1] {
				cur[j] = min(cur[j], prev2[j-2]+1)
			}
		}
		prev2, prev, cur = prev, cur, make([]int, len(b)+1)
	}
	return prev[len(b)]
}
