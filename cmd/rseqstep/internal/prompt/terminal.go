package prompt

import (
	"errors"
	"os"
	"path/filepath"

	"rseqstep/cmd/rseqstep/internal/lineedit"
)

// Terminal is a Source with line editing, history and completion. While no line is
// being read, the terminal is in the program's mode.
type Terminal struct {
	editor   *lineedit.Terminal
	stop     <-chan struct{}
	complete lineedit.Complete
}

// NewTerminal returns a Source for the process's terminal. Closing stop ends a read
// with Quit, so that a debugger that waits for input can be ended in an orderly way.
//
// Precondition: standard input and output are terminals.
func NewTerminal(stop <-chan struct{}, complete func(line string) (head string, candidates []string)) (*Terminal, error) {
	editor, err := lineedit.Open(os.Stdin, os.Stdout, historyFile())
	if err != nil {
		return nil, err
	}
	return &Terminal{editor: editor, stop: stop, complete: complete}, nil
}

// answer reads the answer to a question, without completion and history. Errors are
// those of Line.
func (t *Terminal) answer(question string) (string, error) {
	return t.read(lineedit.Options{Ask: question})
}

// Line reads a line. Ctrl-C gives ErrAborted, Ctrl-D on an empty line io.EOF, and a
// closed stop channel a *Quit.
func (t *Terminal) Line(ask string) (string, error) {
	return t.read(lineedit.Options{Ask: ask, Complete: t.complete, History: true})
}

func (t *Terminal) read(o lineedit.Options) (string, error) {
	o.Stop = t.stop
	line, err := t.editor.Read(o)
	switch {
	case errors.Is(err, lineedit.ErrInterrupted):
		return "", ErrAborted
	case errors.Is(err, lineedit.ErrStopped):
		return "", terminated()
	}
	return line, err
}

func (t *Terminal) Interactive() bool { return true }
func (t *Terminal) Where() string     { return "" }

// Close restores the terminal.
func (t *Terminal) Close() error { return t.editor.Close() }

// historyFile returns the file for the history; "" if there can be none. It follows the
// XDG base directory specification: state that should outlive a run but is not worth a
// backup goes to $XDG_STATE_HOME, which is ~/.local/state when unset. Only this user
// may read it.
func historyFile() string {
	dir := os.Getenv("XDG_STATE_HOME")
	if !filepath.IsAbs(dir) {
		home, err := os.UserHomeDir()
		if err != nil {
			return ""
		}
		dir = filepath.Join(home, ".local", "state")
	}
	dir = filepath.Join(dir, "rseqstep")
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return ""
	}
	file := filepath.Join(dir, "history")
	f, err := os.OpenFile(file, os.O_CREATE|os.O_WRONLY, 0o600)
	if err != nil {
		return ""
	}
	f.Close()
	return file
}
