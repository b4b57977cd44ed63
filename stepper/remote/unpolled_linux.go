package remote

import (
	"errors"
	"net"
	"os"
	"syscall"

	"golang.org/x/sys/unix"
)

// unpolled is a socket that Go's network poller knows nothing of. It watches
// every socket that it is given, whoever reads it: each packet woke the
// poller's thread beside the one that answers it.
type unpolled struct {
	*os.File // in blocking mode
}

// unpoll makes a connection one, and owns it. (*net.TCPConn).File would not do:
// the duplicate is not in blocking mode and is given to the poller again.
func unpoll(conn net.Conn, raw syscall.RawConn) (unpolled, error) {
	var fd int
	var err error
	if e := raw.Control(func(own uintptr) { fd, err = unix.FcntlInt(own, unix.F_DUPFD_CLOEXEC, 0) }); e != nil {
		return unpolled{}, e
	}
	if err != nil {
		return unpolled{}, os.NewSyscallError("fcntl", err)
	}
	if err := conn.Close(); err != nil { // takes it off the poller
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
		_ = unix.Shutdown(int(fd), unix.SHUT_RDWR) // fails where the other side has gone
	})
	return errors.Join(err, u.File.Close())
}
