package lineedit

import (
	"errors"
	"io"
)

// ErrInterrupted is returned by Read when the person gave the line up (Ctrl-C).
var ErrInterrupted = errors.New("interrupted")

// ErrStopped is returned by Read when the caller's stop channel was closed.
var ErrStopped = errors.New("stopped")

// event is what a console reports besides bytes.
type event int

const (
	eventByte   event = iota
	eventRedraw       // the window was resized, or the process goes on after a stop
	eventStop         // the stop channel is closed
	eventSignal       // SIGINT was sent
	eventHangup       // there is nothing left to read, nor will be
)

// console is a terminal that sends keys unchanged and shows nothing by itself.
type console interface {
	next() (event, byte, error)
	waiting() bool // a byte can be read at once
	write(text string)
	columns() int // at least 1
	suspend()     // stops the process as the terminal's Ctrl-Z does
}

// Complete returns what Tab offers at the end of text: head is the part of it
// that stays, candidates are what may follow.
type Complete func(text string) (head string, candidates []string)

// reading is one line being read.
type reading struct {
	console
	ask      string
	complete Complete // nil: nothing is completed
	history  *History // nil: there is none
	killed   *ring

	line
	keys    decoder
	walk    *walk // nil outside of the history
	tabs    int   // Tab was pressed so often running
	yanked  int   // characters that the last key yanked; 0: it yanked none
	pending []key // read, to be carried out
}

// errEnter ends a line that is whole.
var errEnter = errors.New("enter")

// read reads the line. Errors: io.EOF where the person ended the input (Ctrl-D
// on an empty line) or the terminal is gone, ErrInterrupted, ErrStopped.
func (r *reading) read() (string, error) {
	if tooWide(r.ask, r.columns()) {
		r.write(r.ask + "\r\n")
		r.ask = ""
	}
	r.draw()
	for {
		k, err := r.key()
		if err == nil {
			err = r.press(k)
		}
		if err == errEnter {
			r.pos = len(r.text)
			r.draw()
			r.write("\r\n")
			return string(r.text), nil
		}
		if err != nil {
			return "", err
		}
		if !r.waiting() {
			r.draw()
		}
	}
}

// key waits for the next key; the screen follows the window meanwhile.
func (r *reading) key() (key, error) {
	if len(r.pending) > 0 {
		k := r.pending[0]
		r.pending = r.pending[1:]
		return k, nil
	}
	for {
		ev, b, err := r.next()
		if err != nil {
			return 0, err
		}
		switch ev {
		case eventByte:
			if k, ok := r.keys.feed(b); ok {
				return k, nil
			}
		case eventRedraw:
			r.draw()
		case eventSignal:
			return 0, ErrInterrupted
		case eventStop:
			return 0, ErrStopped
		case eventHangup:
			return 0, io.EOF
		}
	}
}

// draw shows the line in the cursor's row.
func (r *reading) draw() {
	shown, cursor := view(r.ask, &r.line, r.columns())
	r.write("\r" + shown + "\x1b[K\r" + forward(cursor))
}

// press carries out a key. Errors: errEnter, io.EOF, ErrInterrupted, those of key.
func (r *reading) press(k key) error {
	switch {
	case k == '\t':
		r.tabs++
		r.tab()
		return nil
	case k == keyUp || k == ctrl('p'):
		r.tabs = 0
		r.along(-1)
		return nil
	case k == keyDown || k == ctrl('n'):
		r.tabs = 0
		r.along(+1)
		return nil
	}
	yanked := r.yanked
	r.tabs, r.walk, r.yanked = 0, nil, 0
	switch k {
	case '\r', '\n':
		return errEnter
	case ctrl('c'):
		return ErrInterrupted
	case ctrl('d'):
		if len(r.text) == 0 {
			return io.EOF
		}
		r.cut(r.right())
	case keyDelete:
		r.cut(r.right())
	case keyBackspace, ctrl('h'):
		r.cut(r.left())
	case keyLeft, ctrl('b'):
		r.pos = r.left()
	case keyRight, ctrl('f'):
		r.pos = r.right()
	case keyWordLeft:
		r.pos = r.wordLeft()
	case keyWordRight:
		r.pos = r.wordRight()
	case keyHome, ctrl('a'):
		r.pos = 0
	case keyEnd, ctrl('e'):
		r.pos = len(r.text)
	case ctrl('k'):
		r.killed.add(r.cut(len(r.text)))
	case ctrl('u'):
		r.killed.add(r.cut(0))
	case ctrl('w'), keyWordErase:
		r.killed.add(r.cut(r.wordLeft()))
	case keyWordKill:
		r.killed.add(r.cut(r.wordRight()))
	case ctrl('y'):
		r.yank()
	case keyYankPop:
		if yanked > 0 {
			r.cut(r.pos - yanked)
			r.killed.turn()
			r.yank()
		}
	case ctrl('t'):
		r.transpose()
	case ctrl('l'):
		r.write("\x1b[H\x1b[2J")
	case ctrl('r'):
		return r.search()
	case ctrl('z'):
		r.suspend()
	default:
		if k >= ' ' {
			r.insert(rune(k))
		}
	}
	return nil
}

func (r *reading) yank() {
	text := r.killed.current()
	r.insert(text...)
	r.yanked = len(text)
}

// along goes through the history.
func (r *reading) along(by int) {
	if r.history == nil {
		return
	}
	if r.walk == nil {
		r.walk = r.history.walk(string(r.text))
	}
	r.set(r.walk.move(by))
}
