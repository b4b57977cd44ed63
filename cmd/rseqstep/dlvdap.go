package main

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"os"
	"os/exec"
	"os/signal"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"syscall"

	"rseqstep/cmd/rseqstep/internal/dapfront"
	"rseqstep/delve"
	"rseqstep/stepper/opvcall"
)

// adapter is a command line of dlv dap.
type adapter struct {
	listen string   // --listen
	client string   // --client-addr: the editor listens there
	log    string   // --log-dest: Delve writes there on which address it listens
	rest   []string // for Delve

	inherited []*os.File // descriptors from 3 to that of --log-dest, which Delve inherits
}

// adapterArgs parses a dlv command line; ok is false unless its command is dap.
func adapterArgs(args []string) (a adapter, ok bool) {
	a.listen = "127.0.0.1:0"
	values := map[string]*string{"--listen": &a.listen, "-l": &a.listen, "--client-addr": &a.client, "--log-dest": &a.log}
	named := false // its command
	for i := 0; i < len(args); i++ {
		name, value, inline := strings.Cut(args[i], "=")
		to := values[name]
		switch {
		case !named && !strings.HasPrefix(name, "-"):
			if name != "dap" {
				return adapter{}, false
			}
			named = true
		case name == "-h" || name == "--help":
			return adapter{}, false // the flag is Delve's
		case to == nil:
			a.rest = append(a.rest, args[i])
			if !inline && !named && slices.Contains([]string{"--log-output", "--backend", "--init", "--build-flags", "--wd", "--api-version", "-r", "--redirect"}, name) && i+1 < len(args) {
				i++
				a.rest = append(a.rest, args[i])
			}
		default:
			if !inline {
				if i++; i == len(args) {
					return adapter{}, false // Delve reports the error
				}
				value = args[i]
			}
			*to = value
			if to == &a.log {
				a.rest = append(a.rest, "--log-dest="+value)
			}
		}
	}
	return a, named
}

// delveAdapter is `rseqstep dlv dap`: it relays between the editor and Delve, which it
// starts as a separate process.
func delveAdapter(e *env, a adapter, cpuOpv opvcall.Call) (err error) {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM, syscall.SIGHUP)
	defer stop()
	dir, err := os.MkdirTemp("", "rseqstep-") // readable by this user only
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, os.RemoveAll(dir)) }()
	console := filepath.Join(dir, "console")
	if err := syscall.Mkfifo(console, 0o600); err != nil {
		return &os.PathError{Op: "mkfifo", Path: console, Err: err}
	}
	said, err := os.OpenFile(console, os.O_RDWR, 0) // both directions at once, so that the relay never blocks between the two programs
	if err != nil {
		return err
	}
	defer said.Close()
	if fd, err := strconv.Atoi(a.log); err == nil {
		for n := 3; n <= fd; n++ {
			a.inherited = append(a.inherited, os.NewFile(uintptr(n), "descriptor "+strconv.Itoa(n)))
		}
	}
	conn, err := a.editor(e)
	if err != nil {
		return err
	}
	defer conn.Close()
	defer context.AfterFunc(ctx, func() { conn.Close() })()
	return dapfront.Serve(dapfront.Config{In: bufio.NewReader(conn), Out: conn, Said: said, About: version(), CPUOpv: cpuOpv,
		Delve: func() (io.ReadWriteCloser, error) { return startDelve(e, a, dir, console) }})
}

// editor returns the connection to the editor, which either side may have opened.
func (a adapter) editor(e *env) (io.ReadWriteCloser, error) {
	if a.client != "" {
		if path, ok := strings.CutPrefix(a.client, "unix:"); ok {
			return net.Dial("unix", path)
		}
		return net.Dial("tcp", a.client)
	}
	told := *e
	if n := len(a.inherited); n > 0 {
		told.stdout = a.inherited[n-1] // the Go extension for VS Code looks there
	}
	return editor(&told, a.listen, false)
}

// delveProcess is the process of Delve's adapter and the connection to it.
type delveProcess struct {
	net.Conn
	ended chan error
}

// Close closes the connection, which ends Delve.
func (d *delveProcess) Close() error {
	err := d.Conn.Close()
	if errors.Is(err, net.ErrClosed) {
		return nil // already closed
	}
	<-d.ended
	return err
}

// startDelve starts Delve's adapter, which connects to a socket in dir.
func startDelve(e *env, a adapter, dir, console string) (io.ReadWriteCloser, error) {
	socket := filepath.Join(dir, "dap")
	l, err := net.Listen("unix", socket)
	if err != nil {
		return nil, err
	}
	defer l.Close()
	cmd := exec.Command("/proc/self/exe", append([]string{"dlv", "dap", "--client-addr=unix:" + socket}, a.rest...)...)
	cmd.Args[0] = os.Args[0]
	cmd.Env = append(os.Environ(), delve.ConsoleVariable+"="+console)
	cmd.Stdin, cmd.Stdout, cmd.Stderr = e.stdin, e.stdout, e.stderr
	cmd.ExtraFiles = a.inherited
	if err := cmd.Start(); err != nil {
		return nil, err
	}
	ended := make(chan error, 1)
	go func() {
		ended <- cmd.Wait()
		l.Close() // if Delve never connected
	}()
	conn, err := l.Accept()
	if err != nil {
		return nil, fmt.Errorf("its adapter did not start: %w", errors.Join(<-ended, err))
	}
	return &delveProcess{Conn: conn, ended: ended}, nil
}
