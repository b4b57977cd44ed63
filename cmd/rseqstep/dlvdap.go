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
	"rseqstep/stepper"
)

// adapter is a command line of dlv dap.
type adapter struct {
	listen string   // --listen
	client string   // --client-addr: the editor waits there
	log    string   // --log-dest: Delve says there where it listens
	rest   []string // for Delve

	inherited []*os.File // descriptors 3 to that of --log-dest, which Delve gets too
}

// adapterArgs takes a dlv command line apart; ok is false unless its command is
// dap.
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
			return adapter{}, false // it is Delve's
		case to == nil:
			a.rest = append(a.rest, args[i])
			if !inline && !named && slices.Contains([]string{"--log-output", "--backend", "--init", "--build-flags", "--wd", "--api-version", "-r", "--redirect"}, name) && i+1 < len(args) {
				i++
				a.rest = append(a.rest, args[i])
			}
		default:
			if !inline {
				if i++; i == len(args) {
					return adapter{}, false // Delve says what is wrong
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

// delveAdapter is `rseqstep dlv dap`: it stands between the editor and Delve,
// which it starts as a process of its own.
func delveAdapter(e *env, a adapter, cpuOpv stepper.CPUOpv) (err error) {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM, syscall.SIGHUP)
	defer stop()
	dir, err := os.MkdirTemp("", "rseqstep-") // for this user alone
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, os.RemoveAll(dir)) }()
	console := filepath.Join(dir, "console")
	if err := syscall.Mkfifo(console, 0o600); err != nil {
		return &os.PathError{Op: "mkfifo", Path: console, Err: err}
	}
	said, err := os.OpenFile(console, os.O_RDWR, 0) // both ways, so that it has no end between two programs
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

// editor is the connection to the editor, which the editor or we make.
func (a adapter) editor(e *env) (io.ReadWriteCloser, error) {
	if a.client != "" {
		if path, ok := strings.CutPrefix(a.client, "unix:"); ok {
			return net.Dial("unix", path)
		}
		return net.Dial("tcp", a.client)
	}
	told := *e
	if n := len(a.inherited); n > 0 {
		told.stdout = a.inherited[n-1] // where the Go extension for VS Code looks
	}
	return editor(&told, a.listen, false)
}

// delveProcess is Delve's adapter and the connection to it.
type delveProcess struct {
	net.Conn
	ended chan error
}

// Close ends the connection, and with it Delve.
func (d *delveProcess) Close() error {
	err := d.Conn.Close()
	if errors.Is(err, net.ErrClosed) {
		return nil // for the second time
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
		l.Close() // if it never came
	}()
	conn, err := l.Accept()
	if err != nil {
		return nil, fmt.Errorf("its adapter did not start: %w", errors.Join(<-ended, err))
	}
	return &delveProcess{Conn: conn, ended: ended}, nil
}
