package lineedit

import (
	"errors"
	"io"
	"os"
	"os/signal"
	"strings"
	"sync"
	"sync/atomic"

	"golang.org/x/sys/unix"
)

// Terminal reads lines from a terminal. While no line is being read, the terminal is in
// the mode in which it was found. Not safe for use by several goroutines.
type Terminal struct {
	in, out  int // owned by the caller
	theirs   unix.Termios
	plain    bool            // the terminal cannot move the cursor: the kernel edits the line
	editor   *editor         // nil if plain
	stop     <-chan struct{} // of the line being read
	wake     [2]int          // a pipe: a byte for each signal
	signals  chan os.Signal
	finished chan struct{}
	watching sync.WaitGroup
	resized  atomic.Bool // SIGWINCH, SIGCONT
	pressed  atomic.Bool // SIGINT
}

// Open prepares for reading from in and showing on out; the history is kept in a file,
// or in memory only if its name is "". Close undoes it. Precondition: in and out are
// terminals.
func Open(in, out *os.File, history string) (*Terminal, error) {
	mode, err := unix.IoctlGetTermios(int(in.Fd()), unix.TCGETS)
	if err != nil {
		return nil, os.NewSyscallError("ioctl(TCGETS)", err)
	}
	t := &Terminal{in: int(in.Fd()), out: int(out.Fd()), theirs: *mode, plain: plain(os.Getenv("TERM")),
		signals: make(chan os.Signal, 8), finished: make(chan struct{})}
	if err := unix.Pipe2(t.wake[:], unix.O_CLOEXEC|unix.O_NONBLOCK); err != nil {
		return nil, os.NewSyscallError("pipe2", err)
	}
	if !t.plain {
		if t.editor, err = newEditor(t, history); err != nil {
			return nil, errors.Join(err, unix.Close(t.wake[0]), unix.Close(t.wake[1]))
		}
	}
	signal.Notify(t.signals, unix.SIGWINCH, unix.SIGCONT, unix.SIGINT)
	t.watching.Go(t.watch)
	return t, nil
}

// plain reports whether a terminal of this type can only print.
func plain(term string) bool {
	return term == "" || strings.EqualFold(term, "dumb") || strings.EqualFold(term, "cons25")
}

func (t *Terminal) watch() {
	for {
		select {
		case <-t.finished:
			return
		case sig := <-t.signals:
			if sig == unix.SIGINT {
				t.pressed.Store(true)
			} else {
				t.resized.Store(true)
			}
			t.poke()
		}
	}
}

// poke wakes a waiting Read. A full pipe means that a wake-up is already pending.
func (t *Terminal) poke() { _, _ = unix.Write(t.wake[1], []byte{0}) }

// Close restores the terminal.
func (t *Terminal) Close() error {
	signal.Stop(t.signals)
	close(t.finished)
	t.watching.Wait() // the signal handlers may write to the pipe
	if t.editor != nil {
		_ = t.editor.lib.Close() // its only error is that of FuncExitRaw, which has none
	}
	err := t.setMode(t.theirs)
	if errors.Is(err, unix.EIO) { // the terminal was hung up (tty_ioctl in drivers/tty/tty_io.c)
		err = nil
	}
	return errors.Join(err, unix.Close(t.wake[0]), unix.Close(t.wake[1]))
}

// Options says how to read a line.
type Options struct {
	Ask      string          // the prompt; lines above its last one are printed first
	Complete Complete        // completion for Tab; nil for none
	History  bool            // older lines can be recalled, and this one is kept
	Stop     <-chan struct{} // closed to end the reading; nil for never
}

// Read reads a line. Errors: io.EOF if the user ended the input (Ctrl-D on an empty
// line) or the terminal is gone, ErrInterrupted, ErrStopped.
func (t *Terminal) Read(o Options) (text string, err error) {
	if i := strings.LastIndexByte(o.Ask, '\n'); i >= 0 {
		t.write(strings.ReplaceAll(o.Ask[:i+1], "\n", "\r\n"))
		o.Ask = o.Ask[i+1:]
	}
	t.pressed.Store(false) // that signal was meant for what ran before
	over := make(chan struct{})
	defer close(over)
	if o.Stop != nil {
		t.watching.Go(func() {
			select {
			case <-o.Stop:
				t.poke()
			case <-over:
			}
		})
	}
	t.stop = o.Stop
	if t.plain {
		return t.readPlain(o.Ask)
	}
	if err := t.setMode(raw(t.theirs)); err != nil {
		return "", hangup(err)
	}
	defer func() {
		if back := t.setMode(t.theirs); err == nil {
			err = hangup(back)
		}
	}()
	return t.editor.read(o)
}

// raw sets the mode in which every key is delivered as it is pressed. Output is still
// processed, because our other threads may print meanwhile.
func raw(m unix.Termios) unix.Termios {
	m.Iflag &^= unix.ICRNL | unix.INLCR | unix.IGNCR | unix.INPCK | unix.ISTRIP | unix.IXON
	m.Lflag &^= unix.ECHO | unix.ICANON | unix.IEXTEN | unix.ISIG
	m.Cflag |= unix.CS8
	m.Cc[unix.VMIN], m.Cc[unix.VTIME] = 1, 0
	return m
}

func (t *Terminal) setMode(m unix.Termios) error {
	return os.NewSyscallError("ioctl(TCSETS)", unix.IoctlSetTermios(t.in, unix.TCSETS, &m))
}

// hangup turns the errors of a terminal that is gone into io.EOF.
func hangup(err error) error {
	if err != nil {
		return io.EOF
	}
	return nil
}

func (t *Terminal) write(text string) {
	for b := []byte(text); len(b) > 0; {
		n, err := unix.Write(t.out, b)
		if err == unix.EINTR {
			continue
		}
		if err != nil {
			return // the next read says so
		}
		b = b[n:]
	}
}

// size returns the window's size, or that of terminfo(5) if the terminal does not know
// it.
func (t *Terminal) size() (columns, rows int) {
	if ws, err := unix.IoctlGetWinsize(t.out, unix.TIOCGWINSZ); err == nil && ws.Col > 0 && ws.Row > 0 {
		return int(ws.Col), int(ws.Row)
	}
	return 80, 24
}

func (t *Terminal) next() (event, byte, error) {
	for {
		select {
		case <-t.stop:
			return eventStop, 0, nil
		default:
		}
		if t.pressed.Swap(false) {
			return eventSignal, 0, nil
		}
		if t.resized.Swap(false) {
			if !t.plain { // a shell may have changed the mode while the process was stopped
				_ = t.setMode(raw(t.theirs)) // the next read says so
			}
			return eventRedraw, 0, nil
		}
		ready := []unix.PollFd{{Fd: int32(t.in), Events: unix.POLLIN}, {Fd: int32(t.wake[0]), Events: unix.POLLIN}}
		if _, err := unix.Poll(ready, -1); err == unix.EINTR {
			continue
		} else if err != nil {
			return 0, 0, os.NewSyscallError("poll", err)
		}
		var b [1]byte
		if ready[1].Revents != 0 {
			_, _ = unix.Read(t.wake[0], b[:])
			continue
		}
		n, err := unix.Read(t.in, b[:])
		switch {
		case err == unix.EINTR || err == unix.EAGAIN:
			continue
		case err != nil || n == 0:
			return eventHangup, 0, nil
		}
		return eventByte, b[0], nil
	}
}

// suspend stops the process group, as the terminal's own Ctrl-Z would. If there is no
// shell to continue it, the kernel ignores the signal (setpgid(2), orphaned process
// groups).
func (t *Terminal) suspend() {
	_ = t.setMode(t.theirs) // otherwise the shell would get a terminal that does not echo
	_ = unix.Kill(0, unix.SIGTSTP)
	t.resized.Store(true)
}

// readPlain reads a line that the kernel edits.
func (t *Terminal) readPlain(ask string) (string, error) {
	t.write(ask)
	var text []byte
	for {
		ev, b, err := t.next()
		switch {
		case err != nil:
			return "", err
		case ev == eventStop:
			return "", ErrStopped
		case ev == eventSignal:
			return "", ErrInterrupted
		case ev == eventHangup:
			if len(text) > 0 {
				return string(text), nil
			}
			return "", io.EOF
		case ev == eventByte && (b == '\n' || b == '\r'):
			return string(text), nil
		case ev == eventByte:
			text = append(text, b)
		}
	}
}
