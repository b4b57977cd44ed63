package session

import (
	"path"
	"regexp"
	"strings"

	"rseqstep/stepper/symbols"
)

// Skip is an entry of `info skip`: functions that step does not enter. An empty condition
// is true of all functions.
type Skip struct {
	Number   int
	Enabled  bool
	File     string         // the source file, or its last components; a glob pattern if Glob is set
	Glob     bool           // '*' does not match a '/', as in gdb
	Function string         // the function's name; the expression of Pattern if that is set
	Pattern  *regexp.Regexp // nil: Function is a name
}

// AddSkip adds an entry, which it numbers.
func (s *Session) AddSkip(k Skip) {
	s.skipped++
	k.Number, k.Enabled = s.skipped, true
	s.skips = append(s.skips, &k)
	s.Apply()
}

// Skips returns the entries in the order of their numbers.
func (s *Session) Skips() []*Skip { return s.skips }

// DeleteSkip removes an entry.
func (s *Session) DeleteSkip(k *Skip) {
	for i, have := range s.skips {
		if have == k {
			s.skips = append(s.skips[:i:i], s.skips[i+1:]...)
			return
		}
	}
}

// matches reports whether the entry is about a function defined in a source file.
func (k *Skip) matches(function, file string) bool {
	return k.Enabled && k.matchesFunction(function) && k.matchesFile(file)
}

func (k *Skip) matchesFunction(name string) bool {
	switch {
	case k.Pattern != nil:
		return k.Pattern.MatchString(name)
	case k.Function == "":
		return true
	}
	want, _, _ := strings.Cut(k.Function, "(") // names are shown without parameters
	return name == strings.TrimSpace(want)
}

func (k *Skip) matchesFile(file string) bool {
	switch {
	case k.File == "":
		return true
	case file == "":
		return false
	case !k.Glob:
		return file == k.File || strings.HasSuffix(file, "/"+strings.TrimPrefix(k.File, "./"))
	}
	whole, _ := path.Match(k.File, file)
	last, _ := path.Match(path.Base(k.File), path.Base(file))
	return whole || last && !strings.Contains(k.File, "/")
}

// systemSource reports whether a file is part of the system or of a language: a C or C++ header,
// or Rust's library.
func systemSource(file string) bool {
	return strings.HasPrefix(file, "/usr/include/") || strings.HasPrefix(file, "/usr/local/include/") ||
		strings.HasPrefix(file, "/usr/lib/") && strings.Contains(file, "/include/") ||
		symbols.RustLibrary(file)
}

// skipsFunction decides for the Engine whether step does not enter a function.
func (s *Session) skipsFunction(function, file string) bool {
	if s.Settings.SkipSystem && systemSource(file) {
		return true
	}
	for _, k := range s.skips {
		if k.matches(function, file) {
			return true
		}
	}
	return false
}
