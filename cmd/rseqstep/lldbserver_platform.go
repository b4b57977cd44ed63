package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"os"
	"os/exec"
	"strconv"
	"strings"

	"github.com/spf13/cobra"

	"rseqstep/stepper/remote"
)

// platformLine is the command line of lldb-server platform.
type platformLine struct {
	lldbOptions
	listen, portFile string
	server           bool
	low, high        int // ports of the servers that platform starts; 0 for any
	child            int // the connection to serve, in a process that platform has started for it; -1 for none
}

func newLLDBPlatformCmd(e *env) *cobra.Command {
	l := &platformLine{}
	cmd := &cobra.Command{
		Use:     "platform [--server] --listen [HOST]:PORT",
		Aliases: []string{"p"},
		Short:   "Serve lldb's \"platform connect\"",
		Long: `Serves lldb's "platform connect": files, processes, and an "lldb-server
gdbserver" for each program that lldb runs or attaches to. Without --server it
ends with its first client.`,
		Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, args []string) error {
			if l.listen == "" && l.child < 0 {
				return wrongLine(cmd, errors.New("give --listen [HOST]:PORT"))
			}
			say, debug, err := l.open(e)
			if err != nil {
				return &exitError{Status: 1, Err: err}
			}
			defer say.Close()
			if l.child >= 0 {
				err = l.serve(say, debug)
			} else {
				err = l.accept(e, say)
			}
			if err != nil {
				fmt.Fprintf(say, "error: %v\n", err)
				return &exitError{Status: 1}
			}
			return nil
		},
	}
	f := cmd.Flags()
	f.StringVarP(&l.listen, "listen", "L", "", "listen on `[HOST]:PORT`")
	f.BoolVar(&l.server, "server", false, "serve any number of clients, even at the same time")
	f.StringVarP(&l.portFile, "socket-file", "f", "", "write the port to `FILE`")
	f.StringVar(&l.portFile, "port-file", "", "same as --socket-file, the name in lldb-server's own help: `FILE`")
	f.IntVarP(&l.low, "min-gdbserver-port", "m", 0, "the first `PORT` for the servers that platform starts")
	f.IntVarP(&l.high, "max-gdbserver-port", "M", 0, "the `PORT` after the last one for those servers")
	f.IntVar(&l.child, "child-platform-fd", -1, "serve the connection `N` (for processes that platform itself starts)")
	l.flags(f)
	return cmd
}

// accept starts a process for each connection.
func (l *platformLine) accept(e *env, say io.Writer) error {
	ctx, cancel := context.WithCancel(context.Background())
	defer cancel()
	defer onSignals(cancel, false)()
	listener, err := listen(lldbAddress(l.listen), l.allowRemote, say)
	if err != nil {
		return err
	}
	defer context.AfterFunc(ctx, func() { listener.Close() })()
	if l.portFile != "" {
		if a, ok := listener.Addr().(*net.TCPAddr); ok {
			if err := os.WriteFile(l.portFile, []byte(strconv.Itoa(a.Port)), 0o600); err != nil {
				return err
			}
		}
	}
	fmt.Fprintf(say, "Listening on %s\n", listener.Addr())
	for {
		conn, err := listener.Accept()
		if ctx.Err() != nil {
			return nil
		}
		if err != nil {
			return err
		}
		fmt.Fprintln(e.stdout, "Connection established.")
		cmd, err := l.start(conn)
		conn.Close()
		if err != nil {
			return err
		}
		if !l.server {
			return cmd.Wait()
		}
		go cmd.Wait() // so that the process leaves no zombie
	}
}

// start starts a process that serves a connection.
func (l *platformLine) start(conn net.Conn) (*exec.Cmd, error) {
	f, err := conn.(interface{ File() (*os.File, error) }).File()
	if err != nil {
		return nil, err
	}
	defer f.Close()
	args := []string{"platform", "--child-platform-fd=3", fmt.Sprintf("--min-gdbserver-port=%d", l.low), fmt.Sprintf("--max-gdbserver-port=%d", l.high)}
	cmd := l.self(append(args, l.logging()...)...)
	cmd.ExtraFiles = []*os.File{f}
	return cmd, cmd.Start()
}

// self is the command that runs this program as lldb-server.
func (l *platformLine) self(args ...string) *exec.Cmd {
	cmd := exec.Command("/proc/self/exe", args...)
	cmd.Args[0] = "rseqstep"
	cmd.Args = append(cmd.Args[:1], append([]string{"lldb-server"}, args...)...)
	cmd.Stdout, cmd.Stderr = os.Stdout, os.Stderr
	return cmd
}

// logging passes the log flags on, for standard error: with a file, each process would
// overwrite it from the start.
func (l *platformLine) logging() []string {
	if l.logChannels == "" || l.logFile != "" {
		return nil
	}
	return []string{"--log-channels=" + l.logChannels}
}

// serve serves one connection.
func (l *platformLine) serve(say io.Writer, debug *remote.DebugLog) (err error) {
	ctx, cancel := context.WithCancel(context.Background())
	defer cancel()
	defer onSignals(cancel, true)()
	conn, err := (&lldbLine{fd: l.child}).connect()
	if err != nil {
		return err
	}
	s := remote.New(remote.Config{Multi: true, Once: true, Log: say, Debug: debug, LaunchServer: l.launchServer})
	defer func() { err = errors.Join(err, s.Close()) }()
	return s.ServeConn(ctx, conn)
}

// launchServer starts a server for one program, and returns the address on which it
// listens.
func (l *platformLine) launchServer() (pid, port int, err error) {
	for port := l.low; ; port++ {
		pid, at, err := l.launchAt(port)
		if err == nil || port == 0 || port+1 >= l.high {
			return pid, at, err
		}
	}
}

func (l *platformLine) launchAt(port int) (pid, at int, err error) {
	r, w, err := os.Pipe()
	if err != nil {
		return 0, 0, err
	}
	defer r.Close()
	cmd := l.self(append([]string{"gdbserver", "--pipe=3", "--setsid", fmt.Sprintf("localhost:%d", port)}, l.logging()...)...)
	cmd.ExtraFiles = []*os.File{w}
	err = cmd.Start()
	w.Close()
	if err != nil {
		return 0, 0, err
	}
	go cmd.Wait()
	text, err := io.ReadAll(r) // until the server closes the pipe, or ends
	if err != nil {
		return 0, 0, err
	}
	if at, err = strconv.Atoi(strings.TrimRight(string(text), "\x00")); err != nil {
		return 0, 0, errors.New("the server does not listen")
	}
	return cmd.Process.Pid, at, nil
}
