package main

import (
	"errors"
	"fmt"
	"io"
	"net"
	"sync"
	"syscall"
)

// listen listens on a port or a Unix socket.
func listen(address string, allowRemote bool, warn io.Writer) (net.Listener, error) {
	c, err := parseComm(address)
	if err == nil && c.Kind != commTCP && c.Kind != commUnix {
		err = fmt.Errorf("%q is not an address: HOST:PORT, :PORT, unix:PATH or - expected", address)
	}
	if err != nil {
		return nil, usage(err)
	}
	return c.listen(allowRemote, warn)
}

// listen opens the address, unless others could reach it and --allow-remote is not
// given.
func (c comm) listen(allowRemote bool, warn io.Writer) (net.Listener, error) {
	if c.Kind == commUnix {
		old := syscall.Umask(0o077) // only this user may connect to the socket
		defer syscall.Umask(old)
		return net.Listen("unix", c.Path)
	}
	if c.Host == "" || c.Host == "localhost" {
		return c.listenLocally()
	}
	address := net.JoinHostPort(c.Host, c.Port)
	addr, err := net.ResolveTCPAddr(c.Network, address)
	if err != nil {
		return nil, err
	}
	if !addr.IP.IsLoopback() {
		if !allowRemote {
			return nil, fmt.Errorf("other machines can reach %s, and the protocol has no authentication: a client can run programs as you; give --allow-remote if you want that, or \":%s\" for this machine alone", address, c.Port)
		}
		fmt.Fprintf(warn, "warning: other machines can reach %s, and the protocol has no authentication: a client can run programs as you\n", address)
	}
	return net.ListenTCP(c.Network, addr)
}

// portTries is how many ports that are free for IPv4 we try for IPv6.
const portTries = 20

// listenLocally listens at 127.0.0.1 and at ::1, if the machine has both: a client that
// uses the name localhost may try either first.
func (c comm) listenLocally() (net.Listener, error) {
	if c.Network != "tcp" {
		return net.Listen(c.Network, net.JoinHostPort(map[string]string{"tcp4": "127.0.0.1", "tcp6": "::1"}[c.Network], c.Port))
	}
	for try := 1; ; try++ {
		four, err4 := net.Listen("tcp4", "127.0.0.1:"+c.Port)
		port := c.Port
		if err4 == nil {
			_, port, _ = net.SplitHostPort(four.Addr().String())
		}
		six, err6 := net.Listen("tcp6", "[::1]:"+port)
		switch {
		case err4 == nil && err6 == nil:
			return join(four, six), nil
		case err4 == nil && !errors.Is(err6, syscall.EADDRINUSE):
			return four, nil // this machine has no IPv6
		case err4 == nil && c.Port == "0" && try < portTries:
			four.Close() // the port is taken on IPv6: try another one
		case err4 == nil:
			return nil, errors.Join(err6, four.Close())
		case err6 == nil && !errors.Is(err4, syscall.EADDRINUSE):
			return six, nil // this machine has no IPv4
		case err6 == nil:
			return nil, errors.Join(err4, six.Close())
		default:
			return nil, err4
		}
	}
}

// joined combines several listeners into one.
type joined struct {
	all    []net.Listener
	conns  chan accepted
	closed chan struct{}
	once   sync.Once
}

// accepted is the result of one Accept.
type accepted struct {
	conn net.Conn
	err  error
}

func join(all ...net.Listener) *joined {
	j := &joined{all: all, conns: make(chan accepted), closed: make(chan struct{})}
	for _, l := range all {
		go j.accept(l)
	}
	return j
}

func (j *joined) accept(l net.Listener) {
	for {
		conn, err := l.Accept()
		select {
		case j.conns <- accepted{conn, err}:
		case <-j.closed:
			if conn != nil {
				conn.Close()
			}
			return
		}
		if err != nil {
			return
		}
	}
}

// Accept returns the next connection of any of them.
func (j *joined) Accept() (net.Conn, error) {
	select {
	case a := <-j.conns:
		return a.conn, a.err
	case <-j.closed:
		return nil, net.ErrClosed
	}
}

// Addr returns the address of the first.
func (j *joined) Addr() net.Addr { return j.all[0].Addr() }

// Close closes all of them.
func (j *joined) Close() (err error) {
	j.once.Do(func() {
		close(j.closed)
		for _, l := range j.all {
			err = errors.Join(err, l.Close())
		}
	})
	return err
}
