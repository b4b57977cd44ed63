package session

import (
	"bufio"
	"os"
	"path/filepath"
)

// sources are the source files read so far.
type sources struct {
	files map[string][]string // nil for a file that cannot be read
	dirs  []string            // `directory`: searched by base name
}

// Lines are the lines of a source file, nil when it cannot be read.
func (s *sources) lines(path string) []string {
	if lines, ok := s.files[path]; ok {
		return lines
	}
	lines := readLines(path)
	for _, d := range s.dirs {
		if lines != nil {
			break
		}
		lines = readLines(filepath.Join(d, filepath.Base(path)))
	}
	if s.files == nil {
		s.files = map[string][]string{}
	}
	s.files[path] = lines
	return lines
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

// SourceText is one line of a source file; ok is false without it.
func (s *Session) SourceText(path string, line int) (text string, ok bool) {
	lines := s.sources.lines(path)
	if line < 1 || line > len(lines) {
		return "", false
	}
	return lines[line-1], true
}

// SourceLines are all lines of a source file, nil when it cannot be read.
func (s *Session) SourceLines(path string) []string { return s.sources.lines(path) }

// SourceDirs adds a directory where source files are looked for by their base
// name; "" forgets all of them.
func (s *Session) SourceDirs(dir string) []string {
	if dir != "" {
		s.sources.dirs = append([]string{dir}, s.sources.dirs...)
	}
	s.sources.files = nil
	return s.sources.dirs
}
