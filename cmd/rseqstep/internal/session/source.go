package session

import (
	"bufio"
	"fmt"
	"os"
	"path/filepath"

	"rseqstep/cmd/rseqstep/internal/show"
)

// sources are the source files read so far.
type sources struct {
	files map[string][]string // nil for a file that cannot be read
	dirs  []string            // `directory`: searched by base name
}

// read reads a source file for the first time. found is its path; "" if it cannot be
// read.
func (s *sources) read(path string) (lines []string, found string) {
	found = path
	lines = readLines(path)
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
		s.sources.dirs = append([]string{dir}, s.sources.dirs...)
	}
	s.sources.files = nil
	return s.sources.dirs
}
