package check

import (
	"bufio"
	"fmt"
	"io"
	"path"
	"strings"
)

// Suppressions are findings that a user does not want to see.
type Suppressions struct {
	Patterns []Pattern
	matched  []bool
}

// Pattern is one line of a suppression file. A "*" stands for any characters, slashes included.
type Pattern struct {
	Line     int // in the file
	Rule     string
	Function string
	Module   string // the file's path, or its last element
}

func (p Pattern) String() string {
	words := []string{p.Rule, p.Function, p.Module}
	for len(words) > 1 && words[len(words)-1] == "*" {
		words = words[:len(words)-1]
	}
	return fmt.Sprintf("line %d: %s", p.Line, strings.Join(words, " "))
}

// ParseSuppressions reads a suppression file: on each line a rule, and optionally a function and a
// module, separated by blanks. "*" stands for any text; a function or module that is left out
// matches all. "#" begins a comment. A function's name may contain blanks: then write "*" for each
// blank.
func ParseSuppressions(r io.Reader) (*Suppressions, error) {
	s := &Suppressions{}
	sc := bufio.NewScanner(r)
	for n := 1; sc.Scan(); n++ {
		text, _, _ := strings.Cut(sc.Text(), "#")
		words := strings.Fields(text)
		switch {
		case len(words) == 0:
			continue
		case len(words) > 3:
			return nil, fmt.Errorf("line %d: %d words; a line is RULE [FUNCTION [MODULE]], and a \"*\" stands for a blank in a name", n, len(words))
		}
		words = append(words, "*", "*")
		s.Patterns = append(s.Patterns, Pattern{Line: n, Rule: words[0], Function: words[1], Module: words[2]})
	}
	s.matched = make([]bool, len(s.Patterns))
	return s, sc.Err()
}

// Check returns an error if a pattern names no rule of the catalogue.
func (s *Suppressions) Check(catalogue []Rule) error {
	for _, p := range s.Patterns {
		found := false
		for n := range catalogue {
			found = found || match(p.Rule, catalogue[n].Name)
		}
		if !found {
			return fmt.Errorf("line %d: there is no rule %q", p.Line, p.Rule)
		}
	}
	return nil
}

// matches reports whether a pattern matches a finding. All that do count as used.
func (s *Suppressions) matches(f *Finding) (found bool) {
	if s == nil {
		return false
	}
	for n, p := range s.Patterns {
		function := match(p.Function, f.Where.Function) || f.Section != nil && match(p.Function, f.Section.Function)
		if match(p.Rule, f.Rule) && function && (match(p.Module, f.Where.Module) || match(p.Module, path.Base(f.Where.Module))) {
			s.matched[n], found = true, true
		}
	}
	return found
}

func (s *Suppressions) unused() (list []Pattern) {
	if s == nil {
		return nil
	}
	for n, p := range s.Patterns {
		if !s.matched[n] {
			list = append(list, p)
		}
	}
	return list
}

// match reports whether text fits a pattern in which "*" stands for any characters.
func match(pattern, text string) bool {
	parts := strings.Split(pattern, "*")
	if len(parts) == 1 {
		return pattern == text
	}
	rest, ok := strings.CutPrefix(text, parts[0])
	if !ok {
		return false
	}
	for _, part := range parts[1 : len(parts)-1] {
		_, after, found := strings.Cut(rest, part)
		if !found {
			return false
		}
		rest = after
	}
	return strings.HasSuffix(rest, parts[len(parts)-1])
}
