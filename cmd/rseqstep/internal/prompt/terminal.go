package prompt

import (
	"errors"
	"os"
	"path/filepath"

	"rseqstep/cmd/rseqstep/internal/lineedit"
)

// Terminal is a Source with line editing, history and completion. The
// terminal is in the program's own mode whenever no line is being read.
type Terminal struct {
	editor   *lineedit.Terminal
	stop     <-chan struct{}
	complete lineedit.Complete
}

// NewTerminal reads from the process's terminal. Closing stop ends whatever is
// being read, with Quit: so that a debugger waiting for an answer can be asked to
// end in order. Precondition: standard input and output are terminals.
func NewTerminal(stop <-chan struct{}, complete func(line string) (head string, candidates []string)) (*Terminal, error) {
	editor, err := lineedit.Open(os.Stdin, os.Stdout, historyFile())
	if err != nil {
		return nil, err
	}
	return &Terminal{editor: editor, stop: stop, complete: complete}, nil
}

// answer reads the answer to a question; nothing is completed in it, and it does
// not go into the history. Errors as Line's.
func (t *Terminal) answer(question string) (string, error) {
	return t.read(lineedit.Options{Ask: question})
}

// Line reads a line; Ctrl-C gives ErrAborted, Ctrl-D on an empty line io.EOF, and
// an end that was asked for a *Quit.
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

// Close gives the terminal back.
func (t *Terminal) Close() error { return t.editor.Close() }

// historyFile is the file that the lines are kept in; "" where there can be none.
// It follows the XDG base directory specification: state that should outlive a
// run but is not worth a backup goes to $XDG_STATE_HOME, which is ~/.local/state
// when unset. Nobody else may read it.
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
