package prompt

import (
	"bufio"
	"fmt"
	"io"
	"os"
	"strings"
)

// Source delivers lines. Line shows ask if there is a user to show it to, and returns
// io.EOF at the end.
type Source interface {
	Line(ask string) (string, error)
	// Interactive reports whether a user types the lines.
	Interactive() bool
	// Where names the last line for messages: "script:3", or "".
	Where() string
}

// Lines is a Source of lines in memory.
type Lines struct {
	Name string // file name; "" for lines that have none
	Text []string
	next int
}

// ReadLines reads a script.
func ReadLines(name string, r io.Reader) (*Lines, error) {
	l := &Lines{Name: name}
	s := bufio.NewScanner(r)
	s.Buffer(nil, 1<<20)
	for s.Scan() {
		l.Text = append(l.Text, s.Text())
	}
	if err := s.Err(); err != nil {
		return nil, fmt.Errorf("%s: %w", name, err)
	}
	return l, nil
}

// OpenLines reads the script at path.
func OpenLines(path string) (*Lines, error) {
	f, err := os.Open(path)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	return ReadLines(path, f)
}

func (l *Lines) Line(string) (string, error) {
	if l.next >= len(l.Text) {
		return "", io.EOF
	}
	l.next++
	return l.Text[l.next-1], nil
}

func (l *Lines) Interactive() bool { return false }

func (l *Lines) Where() string {
	if l.Name == "" {
		return ""
	}
	return fmt.Sprintf("%s:%d", l.Name, l.next)
}

// Pipe is a Source of lines from a reader that the program may share. It takes no byte
// beyond the line that it returns.
type Pipe struct{ R io.Reader }

func (p *Pipe) Line(string) (string, error) {
	var line strings.Builder
	var one [1]byte
	for {
		n, err := p.R.Read(one[:])
		if n == 1 && one[0] == '\n' {
			return strings.TrimSuffix(line.String(), "\r"), nil
		}
		if n == 1 {
			line.WriteByte(one[0])
			continue
		}
		if err == io.EOF && line.Len() > 0 {
			return line.String(), nil
		}
		if err != nil {
			return "", err
		}
	}
}

func (p *Pipe) Interactive() bool { return false }
func (p *Pipe) Where() string     { return "" }
