package prompt

import (
	"errors"
	"io"
	"os"
	"path/filepath"
	"strings"

	"github.com/go-delve/liner"
)

// Terminal is a Source with line editing, history and completion. The
// terminal is in the program's own mode whenever no line is being read.
type Terminal struct {
	state  *liner.State
	ours   liner.ModeApplier // while a line is edited
	theirs liner.ModeApplier // as we found it
	file   string            // history; "" keeps none
}

// NewTerminal takes over the process's terminal. Precondition: standard input
// and output are terminals.
func NewTerminal() (*Terminal, error) {
	theirs, err := liner.TerminalMode()
	if err != nil {
		return nil, err
	}
	t := &Terminal{theirs: theirs, state: liner.NewLiner(), file: historyFile()}
	if t.ours, err = liner.TerminalMode(); err != nil {
		return nil, err
	}
	t.state.SetCtrlCAborts(true)
	t.state.SetBeep(false)
	t.state.SetTabCompletionStyle(liner.TabPrints)
	if f, err := os.Open(t.file); err == nil {
		t.state.ReadHistory(f) // a history that cannot be read is an empty one
		f.Close()
	}
	return t, t.theirs.ApplyMode()
}

// remoteCompletion makes the Tab key ask through a channel.
func (t *Terminal) remoteCompletion() chan completion {
	requests := make(chan completion)
	t.state.SetWordCompleter(func(line string, pos int) (string, []string, string) {
		runes := []rune(line)
		got := make(chan answer)
		requests <- completion{line: string(runes[:pos]), answer: got}
		a := <-got
		return a.head, a.candidates, string(runes[pos:])
	})
	return requests
}

// Ask reads the answer to a question; it does not go into the history.
func (t *Terminal) Ask(question string) (string, error) {
	if err := t.ours.ApplyMode(); err != nil {
		return "", err
	}
	defer t.theirs.ApplyMode()
	// The line editor takes no control characters in its prompt: what stands
	// above the last line is printed first.
	if i := strings.LastIndexByte(question, '\n'); i >= 0 {
		os.Stdout.WriteString(question[:i+1])
		question = question[i+1:]
	}
	return t.state.Prompt(question)
}

// Line reads a line; Ctrl-C gives ErrAborted, Ctrl-D on an empty line io.EOF.
func (t *Terminal) Line(ask string) (string, error) {
	if err := t.ours.ApplyMode(); err != nil {
		return "", err
	}
	defer t.theirs.ApplyMode()
	line, err := t.state.Prompt(ask)
	switch {
	case errors.Is(err, liner.ErrPromptAborted):
		return "", ErrAborted
	case errors.Is(err, io.EOF):
		return "", io.EOF
	case err != nil:
		return "", err
	}
	if line != "" {
		t.state.AppendHistory(line)
	}
	return line, nil
}

func (t *Terminal) Interactive() bool { return true }
func (t *Terminal) Where() string     { return "" }

// Close writes the history and gives the terminal back.
func (t *Terminal) Close() error {
	var err error
	if t.file != "" {
		if err = os.MkdirAll(filepath.Dir(t.file), 0o700); err == nil {
			var f *os.File
			if f, err = os.OpenFile(t.file, os.O_CREATE|os.O_WRONLY|os.O_TRUNC, 0o600); err == nil {
				_, err = t.state.WriteHistory(f)
				err = errors.Join(err, f.Close())
			}
		}
	}
	return errors.Join(err, t.state.Close(), t.theirs.ApplyMode())
}

// historyFile follows the XDG base directory specification: state that should
// outlive a run but is not worth a backup goes to $XDG_STATE_HOME, which is
// ~/.local/state when unset.
func historyFile() string {
	dir := os.Getenv("XDG_STATE_HOME")
	if !filepath.IsAbs(dir) {
		home, err := os.UserHomeDir()
		if err != nil {
			return ""
		}
		dir = filepath.Join(home, ".local", "state")
	}
	return filepath.Join(dir, "rseqstep", "history")
}
