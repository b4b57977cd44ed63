package remote

import (
	"errors"
	"io"
	"net"
	"os"
	"syscall"
	"time"

	"golang.org/x/sys/unix"
)

// stream is a client's connection that any OS thread can wait for and that can
// be closed meanwhile.
type stream struct {
	rw    io.ReadWriteCloser
	from  syscall.RawConn // the source of its bytes
	alarm *os.File        // eventfd(2), readable once the stream is closed; closed with the last use of stream
	pair  [2]*os.File     // what rw is copied through if it has no descriptor
}

// newStream makes a stream of rw and owns it.
func newStream(rw io.ReadWriteCloser) (*stream, error) {
	alarm, err := unix.Eventfd(0, unix.EFD_CLOEXEC)
	if err != nil {
		return nil, os.NewSyscallError("eventfd", err)
	}
	s := &stream{rw: rw, alarm: os.NewFile(uintptr(alarm), "alarm")}
	if c, ok := rw.(syscall.Conn); ok {
		if s.from, err = c.SyscallConn(); err == nil {
			if err = s.unpoll(); err != nil {
				return nil, errors.Join(err, s.alarm.Close())
			}
			return s, nil
		}
	}
	ends, err := unix.Socketpair(unix.AF_UNIX, unix.SOCK_STREAM|unix.SOCK_CLOEXEC, 0)
	if err != nil {
		return nil, errors.Join(os.NewSyscallError("socketpair", err), s.alarm.Close())
	}
	for i, fd := range ends {
		s.pair[i] = os.NewFile(uintptr(fd), "pair")
	}
	go func() {
		defer s.pair[0].Close()
		io.Copy(s.pair[0], rw) // however it ends, the other side sees an end
	}()
	s.from, err = s.pair[1].SyscallConn()
	return s, err
}

// unpoll removes a socket from Go's network poller.
func (s *stream) unpoll() error {
	conn, ok := s.rw.(net.Conn)
	if !ok {
		return nil
	}
	u, err := unpoll(conn, s.from)
	if err != nil {
		return err
	}
	s.rw = u
	s.from, err = u.SyscallConn()
	return err
}

// wait returns when there is something to read, the end included, or after the
// patience; a negative patience never ends. ready is false in the latter case.
func (s *stream) wait(patience time.Duration) (ready bool, err error) {
	ms := -1
	if patience >= 0 {
		ms = int(patience.Milliseconds())
	}
	fds := []unix.PollFd{{Events: unix.POLLIN}, {Fd: int32(s.alarm.Fd()), Events: unix.POLLIN}}
	e := s.from.Control(func(fd uintptr) {
		fds[0].Fd = int32(fd)
		for {
			if _, err = unix.Poll(fds, ms); err != unix.EINTR {
				return
			}
		}
	})
	switch {
	case e != nil:
		return false, e
	case err != nil:
		return false, os.NewSyscallError("poll", err)
	case fds[1].Revents != 0:
		return false, io.EOF
	}
	return fds[0].Revents != 0, nil
}

// hungUp reports whether the other side has ended the stream, even if there is
// still something to read (POLLRDHUP in poll(2); for pipes POLLHUP).
func (s *stream) hungUp() bool {
	fds := []unix.PollFd{{Events: unix.POLLRDHUP}}
	err := s.from.Control(func(fd uintptr) {
		fds[0].Fd = int32(fd)
		if _, err := unix.Poll(fds, 0); err != nil {
			fds[0].Revents = 0 // interrupted: repeated soon
		}
	})
	return err == nil && fds[0].Revents != 0
}

// read reads the available bytes. Precondition: wait returned ready.
func (s *stream) read(p []byte) (n int, err error) {
	e := s.from.Control(func(fd uintptr) {
		for {
			if n, err = unix.Read(int(fd), p); err != unix.EINTR {
				return
			}
		}
	})
	switch {
	case e != nil:
		return 0, e
	case err != nil:
		return 0, os.NewSyscallError("read", err)
	case n == 0:
		return 0, io.EOF
	}
	return n, nil
}

// close ends the stream and every wait for it.
func (s *stream) close() error {
	_, err := s.alarm.Write([]byte{1, 0, 0, 0, 0, 0, 0, 0})
	err = errors.Join(err, s.rw.Close())
	for _, f := range s.pair {
		if f != nil {
			err = errors.Join(err, f.Close())
		}
	}
	return err
}
