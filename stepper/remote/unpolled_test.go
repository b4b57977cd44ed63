package remote

import (
	"errors"
	"io"
	"net"
	"os"
	"path/filepath"
	"syscall"
	"testing"
	"time"

	"rseqstep/table/tabletest"
)

// unpolledPair is both ends of a connection, of which the first is unpolled.
func unpolledPair(t *testing.T, network, address string) (unpolled, net.Conn) {
	t.Helper()
	listener, err := net.Listen(network, address)
	if err != nil {
		t.Fatal(err)
	}
	defer listener.Close()
	other, err := net.Dial(network, listener.Addr().String())
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { other.Close() })
	conn, err := listener.Accept()
	if err != nil {
		t.Fatal(err)
	}
	raw, err := conn.(syscall.Conn).SyscallConn()
	if err != nil {
		t.Fatal(err)
	}
	u, err := unpoll(conn, raw)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { u.Close() })
	return u, other
}

// TestUnpolledSocketIsOne sends both ways, and closes during a read.
func TestUnpolledSocketIsOne(t *testing.T) {
	for network, address := range map[string]string{"tcp": "127.0.0.1:0", "unix": filepath.Join(t.TempDir(), "s")} {
		t.Run(network, func(t *testing.T) {
			u, other := unpolledPair(t, network, address)
			var b [4]byte
			for from, to := range map[io.Writer]io.Reader{u: other, other: u} {
				if _, err := from.Write([]byte("ping")); err != nil {
					t.Fatal(err)
				}
				if _, err := io.ReadFull(to, b[:]); err != nil || string(b[:]) != "ping" {
					t.Fatalf("%q %v", b, err)
				}
			}
			if err := u.SetReadDeadline(time.Now().Add(time.Second)); !errors.Is(err, os.ErrNoDeadline) {
				t.Errorf("it is still polled: a deadline gives %v", err)
			}

			read := make(chan error)
			go func() {
				_, err := u.Read(b[:])
				read <- err
			}()
			time.Sleep(10 * time.Millisecond)
			if err := u.Close(); err != nil {
				t.Error(err)
			}
			select {
			case err := <-read:
				if err == nil {
					t.Error("something was read from a closed socket")
				}
			case <-time.After(tabletest.Patience(10 * time.Second)):
				t.Fatal("a read still blocks after Close")
			}
			if _, err := other.Read(b[:]); err == nil {
				t.Error("the other side does not see the end")
			}
		})
	}
}
