package main

import (
	"errors"
	"io"
	"syscall"
)

// stdioConn is standard input and output as one connection.
type stdioConn struct {
	io.Reader
	io.Writer
}

// SyscallConn returns that of standard input, if it is a file.
func (c stdioConn) SyscallConn() (syscall.RawConn, error) {
	if f, ok := c.Reader.(syscall.Conn); ok {
		return f.SyscallConn()
	}
	return nil, errors.ErrUnsupported
}

// Close ends reading, if standard input can be closed under a reader.
func (c stdioConn) Close() error {
	if f, ok := c.Reader.(io.Closer); ok {
		return f.Close()
	}
	return nil
}
