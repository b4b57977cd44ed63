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
	file     string // history; "" keeps none
}

// NewTerminal reads from the process's terminal. Closing stop ends whatever is
// being read, with Quit: so that a debugger waiting for an answer can be asked to
// end in order. Precondition: standard input and output are terminals.
func NewTerminal(stop <-chan struct{}, complete func(line string) (head string, candidates []string)) (*Terminal, error) {
	editor, err := lineedit.Open(os.Stdin, os.Stdout)
	if err != nil {
		return nil, err
	}
	t := &Terminal{editor: editor, stop: stop, complete: complete, file: historyFile()}
	if f, err := os.Open(t.file); err == nil {
		_, _ = editor.History.ReadFrom(f) // a history that cannot be read is an empty one
		f.Close()
	}
	return t, nil
}

// answer reads the answer to a question; nothing is completed in it, and it does
// not go into the history. Errors as Line's.
func (t *Terminal) answer(question string) (string, error) {
	return t.read(lineedit.Options{Ask: question})
}

// Line reads a line; Ctrl-C gives ErrAborted, Ctrl-D on an empty line io.EOF, and
// an end that was asked for a *Quit.
func (t *Terminal) Line(ask string) (string, error) {
	line, err := t.read(lineedit.Options{Ask: ask, Complete: t.complete, History: true})
	if err == nil {
		t.editor.History.Add(line)
	}
	return line, err
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

// Close writes the history and gives the terminal back.
func (t *Terminal) Close() error {
	var err error
	if t.file != "" {
		if err = os.MkdirAll(filepath.Dir(t.file), 0o700); err == nil {
			var f *os.File
			if f, err = os.OpenFile(t.file, os.O_CREATE|os.O_WRONLY|os.O_TRUNC, 0o600); err == nil {
				_, err = t.editor.History.WriteTo(f)
				err = errors.Join(err, f.Close())
			}
		}
	}
	return errors.Join(err, t.editor.Close())
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
