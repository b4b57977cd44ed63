package remote

import (
	"cmp"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"rseqstep/stepper/ptrace"
)

// started is how gdb's native target would start programs, as far as gdb's protocol does
// not tell it: QRseqStart:JSON (in hexadecimal), our own packet, which the gdb script of
// this repository sends before each start.
type started struct {
	TTY     string  `json:"tty"`     // the program's terminal (gdb's tty); "" for the server's files
	Dir     string  `json:"dir"`     // gdb's working directory, unless "set cwd" names one
	Wrapper string  `json:"wrapper"` // gdb's "set exec-wrapper": words for a shell
	Shell   string  `json:"shell"`   // the user's shell
	Typed   []typed `json:"typed"`   // arguments that may be the program's
}

// typed is a line of arguments as a user types them, and the words that gdb makes of it.
type typed struct {
	Line  string   `json:"line"`
	Words []string `json:"words"`
}

func (c *client) startAs(args string) error {
	said, ok := text(args)
	if !ok {
		return errSyntax
	}
	var s started
	if err := json.Unmarshal([]byte(said), &s); err != nil {
		return fmt.Errorf("QRseqStart: %w", err)
	}
	c.with.started = s
	return nil
}

// special are the characters for which a shell is needed to make words of a line of
// arguments: those of expansions, redirections, lists and comments. See sh(1).
const special = "$`*?[~{}()<>|;&#!"

// shellLine returns the line of arguments that only a shell can make words of, for words
// that gdb has made of it; ok is false if the words are the program's arguments, or if
// the line is not known.
func (s *started) shellLine(words []string) (line string, ok bool) {
	for _, t := range s.Typed {
		if slices.Equal(t.Words, words) {
			return t.Line, strings.ContainsAny(t.Line, special)
		}
	}
	return "", false
}

// throughShell returns the command of gdb's native target for a program: the user's shell
// executes the wrapper, if there is one, and that the program. execs is how often the
// process replaces itself until it is the program. It returns nil if no shell is needed.
func (s *started) throughShell(file string, words []string) (command []string, execs int) {
	line, ok := s.shellLine(words)
	if !ok && s.Wrapper == "" {
		return nil, 0
	}
	if !ok {
		quoted := make([]string, len(words))
		for i, w := range words {
			quoted[i] = quote(w)
		}
		line = strings.Join(quoted, " ")
	}
	execs = 1
	if s.Wrapper != "" {
		execs = 2
	}
	shell := cmp.Or(s.Shell, os.Getenv("SHELL"), "/bin/sh")
	return []string{shell, "-c", strings.Join([]string{"exec", s.Wrapper, quote(file), line}, " ")}, execs
}

// splitLine makes words of a line of arguments, as gdb does: white space separates them
// unless it is quoted or comes after a backslash. See buildargv in libiberty/argv.c.
func splitLine(line string) []string {
	var words []string
	var word strings.Builder
	quoted, escaped, inside := rune(0), false, false
	for _, r := range line {
		switch {
		case escaped:
			word.WriteRune(r)
			escaped = false
		case r == '\\' && quoted != '\'':
			escaped, inside = true, true
		case quoted != 0 && r == quoted:
			quoted = 0
		case quoted != 0:
			word.WriteRune(r)
		case r == '\'' || r == '"':
			quoted, inside = r, true
		case strings.ContainsRune(" \t\n\v\f\r", r):
			if inside {
				words = append(words, word.String())
				word.Reset()
			}
			inside = false
		default:
			word.WriteRune(r)
			inside = true
		}
	}
	if inside {
		words = append(words, word.String())
	}
	return words
}

// quote makes a word of a shell of any text.
func quote(word string) string { return "'" + strings.ReplaceAll(word, "'", `'\''`) + "'" }

// terminal opens the program's terminal and sets it for a program to be started; nil
// without one. The caller closes it.
func (s *started) terminal(o *ptrace.LaunchOptions, dir string) (*os.File, error) {
	if s.TTY == "" {
		return nil, nil
	}
	path := s.TTY
	if !filepath.IsAbs(path) {
		path = filepath.Join(dir, path)
	}
	tty, err := ptrace.OpenTerminal(path)
	if err != nil {
		return nil, err
	}
	o.Stdin, o.Stdout, o.Stderr, o.Session = tty, tty, tty, true
	return tty, nil
}
