package remote

import (
	"errors"
	"net"
	"os"
	"syscall"

	"golang.org/x/sys/unix"
)

// unpolled is a socket that is not in Go's network poller. The poller watches
// every socket it has, whoever reads it: each packet woke the poller's thread
// in addition to the one that answers it.
type unpolled struct {
	*os.File // in blocking mode
}

// unpoll makes an unpolled of a connection and owns it. (*net.TCPConn).File
// would not do: the duplicate is not in blocking mode and is added to the
// poller again.
func unpoll(conn net.Conn, raw syscall.RawConn) (unpolled, error) {
	var fd int
	var err error
	if e := raw.Control(func(own uintptr) { fd, err = unix.FcntlInt(own, unix.F_DUPFD_CLOEXEC, 0) }); e != nil {
		return unpolled{}, e
	}
	if err != nil {
		return unpolled{}, os.NewSyscallError("fcntl", err)
	}
	if err := conn.Close(); err != nil { // removes it from the poller
		return unpolled{}, errors.Join(err, unix.Close(fd))
	}
	if err := unix.SetNonblock(fd, false); err != nil {
		return unpolled{}, errors.Join(os.NewSyscallError("fcntl", err), unix.Close(fd))
	}
	return unpolled{os.NewFile(uintptr(fd), "client")}, nil
}

// Close ends the connection, and every read and write that waits for it.
func (u unpolled) Close() error {
	raw, err := u.SyscallConn()
	if err != nil {
		return err
	}
	err = raw.Control(func(fd uintptr) {
		_ = unix.Shutdown(int(fd), unix.SHUT_RDWR) // fails if the other side has closed
	})
	return errors.Join(err, u.File.Close())
}
