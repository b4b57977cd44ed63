package session

import (
	"bufio"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"rseqstep/cmd/rseqstep/internal/show"
)

// sources are the source files read so far.
type sources struct {
	files map[string][]string // nil for a file that cannot be read
	dirs  []string            // `directory`: searched by base name
	rules []Substitution
}

// Substitution is a rule of `set substitute-path`: a file whose path begins with From is
// looked for below To.
type Substitution struct{ From, To string }

// substituted applies the first rule that fits whole components of a path.
func (s *sources) substituted(path string) string {
	for _, r := range s.rules {
		rest, ok := strings.CutPrefix(path, strings.TrimSuffix(r.From, "/"))
		if ok && (rest == "" || rest[0] == '/') {
			return strings.TrimSuffix(r.To, "/") + rest
		}
	}
	return path
}

// SubstitutePath adds a rule, which replaces one with the same From.
func (s *Session) SubstitutePath(from, to string) {
	s.UnsubstitutePath(from)
	s.sources.rules = append(s.sources.rules, Substitution{from, to})
	s.sources.files = nil
}

// UnsubstitutePath removes the rule for from, or all for "", and reports whether there was one.
func (s *Session) UnsubstitutePath(from string) bool {
	before := len(s.sources.rules)
	s.sources.rules = slices.DeleteFunc(s.sources.rules, func(r Substitution) bool { return from == "" || r.From == from })
	s.sources.files = nil
	return len(s.sources.rules) < before
}

// Substitutions returns the rules in their order.
func (s *Session) Substitutions() []Substitution { return s.sources.rules }

// read reads a source file for the first time. found is its path; "" if it cannot be
// read.
func (s *sources) read(path string) (lines []string, found string) {
	found = s.substituted(path)
	lines = readLines(found)
	for _, d := range s.dirs {
		if lines != nil {
			break
		}
		found = filepath.Join(d, filepath.Base(path))
		lines = readLines(found)
	}
	if s.files == nil {
		s.files = map[string][]string{}
	}
	s.files[path] = lines
	if lines == nil {
		found = ""
	}
	return lines, found
}

func readLines(path string) []string {
	f, err := os.Open(path)
	if err != nil {
		return nil
	}
	defer f.Close()
	var lines []string
	in := bufio.NewScanner(f)
	in.Buffer(nil, 1<<22) // generated sources have long lines
	for in.Scan() {
		lines = append(lines, in.Text())
	}
	return lines
}

// SourceText returns one line of a source file; ok is false if there is none.
func (s *Session) SourceText(path string, line int) (text string, ok bool) {
	lines := s.SourceLines(path)
	if line < 1 || line > len(lines) {
		return "", false
	}
	return lines[line-1], true
}

// SourceLines returns all lines of a source file, nil if it cannot be read.
func (s *Session) SourceLines(path string) []string {
	if lines, ok := s.sources.files[path]; ok {
		return lines
	}
	lines, found := s.sources.read(path)
	if found != "" && newer(found, s.builtInto(path)) {
		// As gdb warns, once a file.
		fmt.Fprintf(s.Err, "warning: %s is more recent than the program: the lines shown may differ from those it was built from\n", show.Path(path))
	}
	return lines
}

// builtInto returns the file of the program or library that a source file belongs to,
// as far as the selected frame shows.
func (s *Session) builtInto(path string) string {
	if frames, err := s.Frames(s.level + 1); err == nil && s.level < len(frames) && frames[s.level].Line.File == path {
		return frames[s.level].Module
	}
	return s.Program
}

// newer reports whether file a was changed after file b; false if that is unknown.
func newer(a, b string) bool {
	x, err := os.Stat(a)
	if err != nil {
		return false
	}
	y, err := os.Stat(b)
	return err == nil && x.ModTime().After(y.ModTime())
}

// SourceDirs adds a directory in which source files are searched by their base name; ""
// removes all of them.
func (s *Session) SourceDirs(dir string) []string {
	if dir != "" {
		if abs, err := filepath.Abs(dir); err == nil {
			dir = abs // the working directory may change
		}
		s.sources.dirs = append([]string{dir}, s.sources.dirs...)
	}
	s.sources.files = nil
	return s.sources.dirs
}
