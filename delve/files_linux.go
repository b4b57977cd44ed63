package delve

import (
	"errors"
	"fmt"
	"io"
	"os"
	"syscall"

	"golang.org/x/sys/unix"
)

// Files are the standard input, output and error of a debugged program.
type Files struct {
	Std [3]*os.File
	own []*os.File // the files that Close closes
}

// OpenFiles opens the files that Delve named. If it named none, the program gets
// Delve's own, as under Delve's native backend: Delve starts its debug server without
// standard files, and relies on macOS to make a terminal for the program. A file that
// cannot be obtained in this way is nil.
func (l *Launch) OpenFiles() (*Files, error) {
	f := &Files{}
	for i, path := range l.Stdio {
		if err := f.open(i, path, l.Stdio); err != nil {
			return nil, errors.Join(fmt.Errorf("%s: %w", path, err), f.Close())
		}
	}
	return f, nil
}

// Close closes the files that OpenFiles opened.
func (f *Files) Close() (err error) {
	for _, file := range f.own {
		err = errors.Join(err, file.Close())
	}
	f.own = nil
	return err
}

// open opens number i of the three.
func (f *Files) open(i int, path string, all [3]string) (err error) {
	standard := [3]*os.File{os.Stdin, os.Stdout, os.Stderr}
	switch {
	case path == "/dev/"+[3]string{"stdin", "stdout", "stderr"}[i]:
		f.Std[i] = standard[i] // Delve's own; reopening a file would write it from its start
		return nil
	case path == "" && (i == 0 || !null(standard[i])):
		f.Std[i] = standard[i]
		return nil
	case path == "":
		f.Std[i] = parents(i)
	case i == 2 && path == all[1]:
		f.Std[2] = f.Std[1]
		return nil
	case i == 0:
		f.Std[i], err = os.OpenFile(path, os.O_RDONLY|syscall.O_NOCTTY, 0)
	default:
		f.Std[i], err = os.OpenFile(path, os.O_WRONLY|os.O_CREATE|os.O_TRUNC|syscall.O_NOCTTY, 0o666)
	}
	if f.Std[i] != nil {
		f.own = append(f.own, f.Std[i])
	}
	return err
}

// null reports whether a file is /dev/null, which os/exec passes to programs without
// standard files (memory devices, include/uapi/linux/major.h and drivers/char/mem.c: 1,
// 3).
func null(f *os.File) bool {
	var st unix.Stat_t
	err := unix.Fstat(int(f.Fd()), &st)
	return err == nil && st.Mode&unix.S_IFMT == unix.S_IFCHR && unix.Major(st.Rdev) == 1 && unix.Minor(st.Rdev) == 3
}

// parents returns a standard file of the process that started us; nil if it cannot be
// obtained. pidfd_getfd(2) requires permission to trace that process, which Yama gives
// only to its ancestors. Opening the file by its name under /proc would write a regular
// file from its start, and does not work for a socket.
func parents(n int) *os.File {
	name := fmt.Sprintf("/proc/%d/fd/%d", os.Getppid(), n)
	if pidfd, err := unix.PidfdOpen(os.Getppid(), 0); err == nil {
		defer unix.Close(pidfd)
		if fd, err := unix.PidfdGetfd(pidfd, n, 0); err == nil {
			return os.NewFile(uintptr(fd), name)
		}
	}
	st, err := os.Stat(name)
	if err != nil || st.Mode().IsRegular() {
		return nil
	}
	f, err := os.OpenFile(name, os.O_WRONLY|syscall.O_NOCTTY, 0)
	if err != nil {
		return nil
	}
	return f
}

// Console returns the writer whose output a DAP client shows: the pipe of `rseqstep dlv
// dap`; or else the pipe that Delve has given the program as standard error, whose
// content Delve turns into output events. nil if there is neither.
func (l *Launch) Console(f *Files) io.Writer {
	if l.console != "" {
		if pipe, err := os.OpenFile(l.console, os.O_WRONLY|syscall.O_NONBLOCK, 0); err == nil { // a reader that has gone cannot block us
			f.own = append(f.own, pipe)
			return pipe
		}
	}
	if l.Stdio[2] == "" {
		return nil
	}
	if st, err := f.Std[2].Stat(); err != nil || st.Mode()&os.ModeNamedPipe == 0 {
		return nil
	}
	return f.Std[2]
}

// Log returns the writer for messages that no Delve will show to the user.
func (f *Files) Log() io.Writer {
	if f.Std[2] == nil {
		return os.Stderr
	}
	return f.Std[2]
}
