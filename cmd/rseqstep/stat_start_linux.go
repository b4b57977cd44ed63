package main

import (
	"errors"
	"fmt"
	"os"
	"os/exec"
	"runtime"
	"syscall"

	"golang.org/x/sys/unix"
)

// starting is a program that waits before its execve(2), so that its events can be opened.
type starting struct {
	cmd   *exec.Cmd
	told  *os.File // closed or written: go on
	ended chan error
}

// startWaiting starts a process that will execute a program when begin is called. Its only thread
// that matters then is its first one: events that are opened for its PID are those of the program.
func startWaiting(e *env, args []string) (*starting, error) {
	path, err := exec.LookPath(args[0])
	if err != nil {
		return nil, err
	}
	read, write, err := os.Pipe()
	if err != nil {
		return nil, err
	}
	defer read.Close()
	waits, ready, err := os.Pipe()
	if err != nil {
		write.Close()
		return nil, err
	}
	defer waits.Close()
	s := &starting{told: write, ended: make(chan error, 1)}
	s.cmd = &exec.Cmd{Path: "/proc/self/exe", Args: append([]string{waitAndExec, path}, args...)}
	s.cmd.Stdin, s.cmd.Stdout, s.cmd.Stderr = e.stdin, e.stdout, e.stderr
	s.cmd.ExtraFiles = []*os.File{read, ready}
	err = s.cmd.Start()
	ready.Close()
	if err != nil {
		write.Close()
		return nil, err
	}
	if n, _ := waits.Read(make([]byte, 1)); n != 1 {
		s.abandon()
		return nil, errors.New("the process that was to execute the program has ended")
	}
	return s, nil
}

func (s *starting) begin() error {
	_, err := s.told.Write([]byte{1})
	return errors.Join(err, s.told.Close())
}

func (s *starting) abandon() {
	s.told.Close()
	_ = s.cmd.Wait() // it ends with an error, as it must
}

// waitAndExec is argument 0 of a process that waits for a byte from file descriptor 3, and then
// executes the program at the path in argument 1, with the rest as the program's arguments.
const waitAndExec = "rseqstep: waits for its start"

// asWaiting is that process. It returns only if this is another, or the program cannot be executed.
//
// The thread that waits must be the process's first one, whose events were opened: when another
// thread calls execve(2), the kernel ends the first one, and nothing is recorded. The goroutine
// that is in read(2) for long may return on another thread, and mostly does on a busy machine. So it is
// locked to its thread; should that not be the first one already, the process begins anew. What it
// writes to file descriptor 4 says that it waits.
func asWaiting(e *env, argv []string) (status int, ok bool) {
	if len(argv) < 3 || argv[0] != waitAndExec {
		return 0, false
	}
	runtime.LockOSThread()
	if unix.Gettid() != unix.Getpid() {
		err := syscall.Exec("/proc/self/exe", argv, os.Environ())
		fmt.Fprintf(e.stderr, "rseqstep: %v\n", err)
		return 127, true
	}
	ready := os.NewFile(4, "pipe")
	_, _ = ready.Write([]byte{1}) // if the parent has ended, so has the other pipe
	ready.Close()
	f := os.NewFile(3, "pipe")
	syscall.CloseOnExec(3)
	if n, _ := f.Read(make([]byte, 1)); n != 1 {
		return 1, true // the parent has given up, and said why
	}
	err := syscall.Exec(argv[1], argv[2:], os.Environ())
	fmt.Fprintf(e.stderr, "rseqstep: %s: %v\n", argv[1], err)
	return 127, true
}
