package main

import (
	"errors"
	"fmt"
	"os"
	"syscall"

	"golang.org/x/term"
)

// serial is a terminal device as a client's connection. Closing it restores the
// terminal's mode.
type serial struct {
	*os.File
	before *term.State
}

func newSerial(path string) (*serial, error) {
	f, err := os.OpenFile(path, os.O_RDWR|syscall.O_NOCTTY, 0)
	if err != nil {
		return nil, err
	}
	before, err := term.MakeRaw(int(f.Fd())) // termios(3), cfmakeraw
	if err != nil {
		return nil, errors.Join(fmt.Errorf("%s is not a terminal device: %w", path, err), f.Close())
	}
	return &serial{File: f, before: before}, nil
}

// Close closes the device.
func (s *serial) Close() error {
	if raw, err := s.SyscallConn(); err == nil {
		// The other side of a pseudo-terminal may have closed already.
		_ = raw.Control(func(fd uintptr) { _ = term.Restore(int(fd), s.before) })
	}
	return s.File.Close()
}
