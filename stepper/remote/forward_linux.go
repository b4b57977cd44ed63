package remote

import (
	"errors"
	"fmt"
	"os"
	"sync"
	"syscall"

	"golang.org/x/sys/unix"
)

// forward is a pseudo-terminal (pty(7)) whose other end is a program's standard
// input and output. Its output goes to the client as O packets, which a client
// accepts while the program runs; output at other times is kept until then.
type forward struct {
	master *os.File
	raw    syscall.RawConn

	mu   sync.Mutex // guards what follows, and reading
	send func([]byte)
	kept []byte
	over bool // no more output will come
}

// newForward makes a forward. The caller closes program, the program's end.
func newForward() (f *forward, program *os.File, err error) {
	fd, err := unix.Open("/dev/ptmx", unix.O_RDWR|unix.O_NOCTTY|unix.O_CLOEXEC|unix.O_NONBLOCK, 0)
	if err != nil {
		return nil, nil, &os.PathError{Op: "open", Path: "/dev/ptmx", Err: err}
	}
	f = &forward{master: os.NewFile(uintptr(fd), "/dev/ptmx")}
	program, err = programsEnd(fd)
	if err == nil {
		f.raw, err = f.master.SyscallConn()
	}
	if err != nil {
		return nil, nil, errors.Join(err, f.master.Close())
	}
	go f.watch()
	return f, program, nil
}

// programsEnd opens the other end of a new pseudo-terminal, without echo, and
// with line ends left as they are.
func programsEnd(master int) (*os.File, error) {
	if err := unix.IoctlSetPointerInt(master, unix.TIOCSPTLCK, 0); err != nil {
		return nil, os.NewSyscallError("TIOCSPTLCK", err)
	}
	n, err := unix.IoctlGetInt(master, unix.TIOCGPTN)
	if err != nil {
		return nil, os.NewSyscallError("TIOCGPTN", err)
	}
	mode, err := unix.IoctlGetTermios(master, unix.TCGETS)
	if err != nil {
		return nil, os.NewSyscallError("TCGETS", err)
	}
	mode.Oflag &^= unix.OPOST
	mode.Lflag &^= unix.ECHO
	if err := unix.IoctlSetTermios(master, unix.TCSETS, mode); err != nil {
		return nil, os.NewSyscallError("TCSETS", err)
	}
	return os.OpenFile(fmt.Sprintf("/dev/pts/%d", n), os.O_RDWR|unix.O_NOCTTY, 0)
}

// watch takes output until the program's end or our own is closed for good.
func (f *forward) watch() {
	for ended := false; !ended; {
		err := f.raw.Read(func(fd uintptr) bool {
			f.mu.Lock()
			defer f.mu.Unlock()
			took := f.take(int(fd))
			ended = f.over
			return took || f.over
		})
		ended = ended || err != nil
	}
}

// take reads the available output, and sends or keeps it. Precondition: mu is
// locked.
func (f *forward) take(fd int) (took bool) {
	buf := make([]byte, 1<<12)
	for !f.over {
		n, err := unix.Read(fd, buf)
		switch {
		case n > 0:
			took = true
			f.kept = append(f.kept, buf[:n]...)
		case err == unix.EINTR:
		case err == unix.EAGAIN:
			f.flush()
			return took
		default: // EIO: no process has the program's end open
			f.over = true
		}
	}
	f.flush()
	return took
}

// flush sends the kept output if the client accepts it now. Precondition: mu is
// locked.
func (f *forward) flush() {
	const most = maxPacket/2 - 8 // two digits a byte
	for f.send != nil && len(f.kept) > 0 {
		n := min(len(f.kept), most)
		f.send([]byte("O" + toHex(string(f.kept[:n]))))
		f.kept = f.kept[n:]
	}
}

// starts marks that the client accepts output from now on.
func (f *forward) starts(send func([]byte)) {
	if f == nil {
		return
	}
	f.mu.Lock()
	defer f.mu.Unlock()
	f.send = send
	f.flush()
}

// lastWords is how long, in milliseconds, to wait for the last output of a
// program that has ended while another process has the terminal open.
const lastWords = 50

// stops marks that the client accepts no more output, after everything written
// so far has been sent.
func (f *forward) stops(alive bool) {
	if f == nil {
		return
	}
	f.mu.Lock()
	defer f.mu.Unlock()
	_ = f.raw.Control(func(fd uintptr) {
		f.take(int(fd))
		for !alive && !f.over {
			fds := []unix.PollFd{{Fd: int32(fd), Events: unix.POLLIN}}
			if n, err := unix.Poll(fds, lastWords); n <= 0 && err != unix.EINTR {
				break
			}
			f.take(int(fd))
		}
	})
	f.send = nil
}

// close closes the terminal.
func (f *forward) close() {
	if f != nil {
		f.master.Close()
	}
}
