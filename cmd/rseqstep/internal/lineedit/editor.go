package lineedit

import (
	"errors"
	"io"
	"strings"
	"unicode"

	"github.com/ergochat/readline"
)

// ErrInterrupted is returned by Read when the user cancelled the line (Ctrl-C).
var ErrInterrupted = errors.New("interrupted")

// ErrStopped is returned by Read when the caller's stop channel was closed.
var ErrStopped = errors.New("stopped")

// event is what a console reports besides bytes.
type event int

const (
	eventByte   event = iota
	eventRedraw       // the window was resized, or the process was continued after a stop
	eventStop         // the stop channel is closed
	eventSignal       // SIGINT was sent
	eventHangup       // end of the input
)

// console is a terminal that delivers keys unchanged and echoes nothing.
type console interface {
	next() (event, byte, error)
	write(text string)
	size() (columns, rows int) // each at least 1
	suspend()                  // stops the process as the terminal's Ctrl-Z does
}

// Complete returns what Tab offers at the end of text: head is the part of text that
// stays, candidates are the possible continuations.
type Complete func(text string) (head string, candidates []string)

// editor is the library, between a console and the reader of lines.
type editor struct {
	console
	lib     *readline.Instance
	resized func() // called when the library should ask for the size again

	options Options // of the line being read
	tabs    int     // how often Tab was pressed in a row
	run     int     // bytes since the last control character
	pending []byte  // bytes for the library before those of the console
	over    error   // the reason why there is no more input; nil while there is
}

// historySize is how many lines are kept.
const historySize = 1000

// newEditor creates an editor that keeps its history in a file; "" means in memory
// only.
func newEditor(c console, history string) (*editor, error) {
	e := &editor{console: c}
	lib, err := readline.NewFromConfig(&readline.Config{
		HistoryFile: history, HistoryLimit: historySize, Undo: true,
		InterruptPrompt: "\n", EOFPrompt: "\n", // the library's word for none
		Listener: e.listen, FuncFilterInputRune: e.filter,
		Stdin: e, Stdout: e, Stderr: e,
		FuncIsTerminal:     func() bool { return true },
		FuncMakeRaw:        func() error { return nil }, // the console is a terminal
		FuncExitRaw:        func() error { return nil },
		FuncGetSize:        c.size,
		FuncOnWidthChanged: func(f func()) { e.resized = f },
	})
	e.lib = lib
	return e, err
}

// read reads a line. Errors: io.EOF if the user ended the input (Ctrl-D on an empty
// line) or the terminal is gone, ErrInterrupted, ErrStopped, those of the console.
func (e *editor) read(o Options) (string, error) {
	e.options, e.tabs, e.run, e.pending = o, 0, 0, nil
	e.resized()
	c := e.lib.GetConfig()
	c.Prompt = o.Ask
	if !o.History {
		c.HistoryLimit = -1 // the library's word for none
	}
	text, err := e.lib.ReadLineWithConfig(c)
	switch {
	case e.over != nil: // the library takes it for the end of the line
		return "", e.over
	case errors.Is(err, readline.ErrInterrupt):
		return "", ErrInterrupted
	}
	return text, err
}

// giveUp is what the library gets for Ctrl-C: one byte ends an incomplete key, the next
// one a search, and a last one the line.
const giveUp = "\x03\x03\x03"

// maxRun is how many bytes of text are read without a pause; further bytes are dropped.
// It is the length of a line that the kernel edits (termios(3)). The library needs more
// time per byte the longer the line is, and a Ctrl-C may be waiting behind them.
const maxRun = 4096

// Read delivers a byte to the library. The library calls it on its own goroutine, while
// the goroutine that called read waits.
func (e *editor) Read(b []byte) (int, error) {
	for len(e.pending) == 0 {
		ev, c, err := e.next()
		switch {
		case err != nil:
			e.over = err
		case ev == eventStop:
			e.over = ErrStopped
		case ev == eventHangup:
			e.over = io.EOF
		case ev == eventRedraw:
			e.resized()
			_, _ = e.lib.Write(nil) // the library shows the line again
		case ev == eventSignal || c == readline.CharInterrupt:
			e.pending = []byte(giveUp)
		case c == readline.CharCtrlZ:
			e.suspend()
		case c < ' ':
			e.run = 0
			e.pending = []byte{c}
		case e.run < maxRun:
			e.run++
			e.pending = []byte{c}
		}
		if e.over != nil {
			return 0, e.over
		}
	}
	b[0] = e.pending[0]
	e.pending = e.pending[1:]
	return 1, nil
}

// What the library writes to query or adjust the terminal.
const (
	whereCursor = "\x1b[6n"   // queries the cursor position (ECMA-48, DSR)
	firstColumn = "\x1b[1;1R" // the answer that the cursor is in the first column (CPR)
	settle      = " \b"       // moves a cursor behind the last column to the next row
)

// Write shows what the library writes.
func (e *editor) Write(b []byte) (int, error) {
	switch text := string(b); text {
	case settle: // precedes whereCursor
	case whereCursor:
		e.pending = []byte(firstColumn)
	default:
		e.write(strings.ReplaceAll(text, "\n"+settle, "\n"))
	}
	return len(b), nil
}

// keyTab is Tab for the library: a key whose only effect is to call the listener.
const keyTab = readline.MetaShiftTab

// filter passes the keys that have a function. The library would insert any other
// control character into the line.
func (e *editor) filter(k rune) (rune, bool) {
	if k == readline.CharTab {
		e.tabs++
		return keyTab, true
	}
	e.tabs = 0
	switch k {
	case readline.CharPrev, readline.CharNext, readline.CharBckSearch, readline.CharFwdSearch:
		return k, e.options.History
	case readline.CharLineStart, readline.CharBackward, readline.CharInterrupt, readline.CharEOT, readline.CharLineEnd,
		readline.CharForward, readline.CharBell, readline.CharCtrlH, readline.CharCtrlJ, readline.CharKill, readline.CharCtrlL,
		readline.CharEnter, readline.CharTranspose, readline.CharCtrlU, readline.CharCtrlW, readline.CharCtrlY,
		readline.CharCtrl_, readline.CharBackspace:
		return k, true
	}
	return k, k != keyTab && !unicode.IsControl(k)
}

// listen handles Tab: it completes the text before the cursor as far as all candidates
// agree, and lists them when Tab is pressed again.
func (e *editor) listen(text []rune, pos int, k rune) ([]rune, int, bool) {
	if k != keyTab || e.options.Complete == nil {
		return nil, 0, false
	}
	head, candidates := e.options.Complete(string(text[:pos]))
	if len(candidates) == 0 {
		return nil, 0, false
	}
	if len(candidates) > 1 && e.tabs > 1 {
		columns, _ := e.size()
		_, _ = e.lib.Write([]byte(e.options.Ask + string(text) + "\n" + list(candidates, columns)))
	}
	done := []rune(head + commonPrefix(candidates))
	return append(done[:len(done):len(done)], text[pos:]...), len(done), true
}
