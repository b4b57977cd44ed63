package symbols

import (
	"bytes"
	"fmt"
	"os"
	"sort"
	"strings"
)

// sourceCache keeps the last listed source file.
type sourceCache struct {
	path  string
	text  []byte
	lines []int // offset of each line
}

// maxSource bounds a source file, in bytes: sqlite's amalgamation has 9 MB.
const maxSource = 64 << 20

// Source is the text of lines first to last of a source file, without their
// newlines; fewer if the file is shorter. The file is a path or, as in Lookup,
// the end of a path in the line tables.
func (s *Set) Source(file string, first, last int) ([]string, error) {
	if err := s.source.load(file); err != nil {
		known, ok := s.File(file)
		if !ok || known == file || s.source.load(known) != nil {
			return nil, err
		}
	}
	c := &s.source
	if first < 1 {
		first = 1
	}
	if first > len(c.lines) {
		return nil, lookupErr(ErrNoLine, file, "line %d out of range: %q has %d lines", first, file, len(c.lines))
	}
	var out []string
	for n := first; n <= last && n <= len(c.lines); n++ {
		end := len(c.text)
		if n < len(c.lines) {
			end = c.lines[n]
		}
		out = append(out, string(bytes.TrimRight(c.text[c.lines[n-1]:end], "\r\n")))
	}
	return out, nil
}

func (c *sourceCache) load(path string) error {
	if c.path == path && path != "" {
		return nil
	}
	info, err := os.Stat(path)
	if err != nil {
		return err
	}
	if !info.Mode().IsRegular() || info.Size() > maxSource {
		return fmt.Errorf("%s: not a source file", path)
	}
	text, err := os.ReadFile(path)
	if err != nil {
		return err
	}
	*c = sourceCache{path: path, text: text}
	for at := 0; at < len(text); {
		c.lines = append(c.lines, at)
		i := bytes.IndexByte(text[at:], '\n')
		if i < 0 {
			break
		}
		at += i + 1
	}
	return nil
}

// File is the path of the first source file that matches a name.
func (s *Set) File(name string) (string, bool) {
	for _, m := range s.byOrder {
		if _, err := m.img.dwarf(); err != nil {
			continue
		}
		for _, u := range m.img.units {
			for i := range u.filesNamed(name) {
				return u.fileNames()[i], true
			}
		}
	}
	return "", false
}

// CompleteFile is the base names of the source files that begin with prefix, sorted.
func (s *Set) CompleteFile(prefix string) []string {
	have := map[string]bool{}
	for _, m := range s.byOrder {
		if _, err := m.img.dwarf(); err != nil {
			continue
		}
		for _, u := range m.img.units {
			if !u.compile {
				continue
			}
			for _, f := range u.fileNames() {
				if base := f[strings.LastIndexByte(f, '/')+1:]; base != "" && strings.HasPrefix(base, prefix) {
					have[base] = true
				}
			}
		}
	}
	return sortedKeys(have)
}

// SourceFiles is the paths of all source files of the modules, sorted.
func (s *Set) SourceFiles() []string {
	have := map[string]bool{}
	for _, m := range s.byOrder {
		if _, err := m.img.dwarf(); err != nil {
			continue
		}
		for _, u := range m.img.units {
			if !u.compile {
				continue
			}
			for _, f := range u.fileNames() {
				if f != "" {
					have[f] = true
				}
			}
		}
	}
	return sortedKeys(have)
}

func sortedKeys(set map[string]bool) []string {
	out := make([]string, 0, len(set))
	for k := range set {
		out = append(out, k)
	}
	sort.Strings(out)
	return out
}
