package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"os"
	"strconv"
	"syscall"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"rseqstep/stepper/remote"
)

// lldbLine is the command line of lldb-server gdbserver.
type lldbLine struct {
	lldbOptions
	fd, pipe  int // -1 for none
	namedPipe string
	reverse   bool
	setsid    bool
	attach    string
	address   string
	program   []string
}

func newLLDBGDBServerCmd(e *env) *cobra.Command {
	l := &lldbLine{}
	cmd := &cobra.Command{
		Use:     "gdbserver [flags] [[HOST]:PORT] [[--] PROGRAM ARGS...]",
		Aliases: []string{"g"},
		Short:   "Serve one lldb",
		Long: `Serves one lldb. Without a program and without --attach, lldb chooses what to
run. The server listens on [HOST]:PORT, for this machine only; with
--reverse-connect it connects to that address instead. lldb shows the program's
output unless it has named files for it.`,
		Args: cobra.ArbitraryArgs,
		RunE: func(cmd *cobra.Command, args []string) error {
			if err := l.read(cmd.Flags(), args); err != nil {
				return wrongLine(cmd, err)
			}
			say, debug, err := l.open(e)
			if err != nil {
				return &exitError{Status: 1, Err: err}
			}
			defer say.Close()
			if err := l.serve(e, say, debug); err != nil {
				fmt.Fprintf(say, "error: %v\n", err)
				return &exitError{Status: 1}
			}
			return nil
		},
	}
	f := cmd.Flags()
	f.SetInterspersed(false)
	f.IntVar(&l.fd, "fd", -1, "use the file descriptor `N` as the connection to lldb")
	f.IntVar(&l.pipe, "pipe", -1, "write the port that the server listens on to the file descriptor `N`")
	f.StringVarP(&l.namedPipe, "named-pipe", "N", "", "write the port to the pipe at `PATH`")
	f.BoolVarP(&l.reverse, "reverse-connect", "R", false, "connect to the address instead of listening")
	f.BoolVarP(&l.setsid, "setsid", "S", false, "run in a new session (setsid)")
	f.StringVarP(&l.attach, "attach", "a", "", "attach to the process `PID`")
	f.BoolP("native-regs", "r", false, "accepted for old versions of lldb")
	l.flags(f)
	return cmd
}

// read parses the arguments. lldb-server accepts its flags after the address too.
func (l *lldbLine) read(f *pflag.FlagSet, args []string) error {
	if len(args) > 0 && l.fd < 0 && f.ArgsLenAtDash() != 0 {
		l.address = lldbAddress(args[0])
		if err := f.Parse(args[1:]); err != nil {
			return err
		}
		args = f.Args()
	}
	l.program = args
	switch {
	case l.address == "" && l.fd < 0:
		return errors.New("no connection arguments: give [HOST]:PORT, or --fd N")
	case l.reverse && l.fd >= 0:
		return errors.New("--reverse-connect needs an address, not --fd")
	case l.attach != "" && len(l.program) > 0:
		return errors.New("a program and --attach cannot be combined")
	case l.attach != "" && !isPID(l.attach):
		return fmt.Errorf("%q is not a process id (--attach does not look processes up by name)", l.attach)
	}
	return nil
}

// serve serves one lldb until it disconnects.
func (l *lldbLine) serve(e *env, say io.Writer, debug *remote.DebugLog) (err error) {
	if l.setsid {
		if _, err := syscall.Setsid(); err != nil {
			fmt.Fprintf(say, "warning: cannot start a new session: %v\n", err) // setsid(2) fails for the leader of a process group
		}
	}
	c := remote.Config{Multi: true, Once: true, NoShell: true, Log: say, Debug: debug, Forward: true, Report: unitLines, Section: writeSections}
	ctx, cancel := context.WithCancel(context.Background())
	defer cancel()
	defer onSignals(cancel, true)()
	var listener net.Listener
	if l.fd < 0 && !l.reverse {
		if listener, err = listen(l.address, l.allowRemote, say); err != nil {
			return err
		}
		defer listener.Close()
	}
	s := remote.New(c)
	defer func() { err = errors.Join(err, s.Close()) }()
	if err := l.begin(ctx, s); err != nil {
		return err
	}
	fmt.Fprintf(e.stdout, "lldb-server by %s\n", version())
	if listener != nil {
		if err := l.writePort(listener); err != nil {
			return err
		}
		return s.Serve(ctx, listener)
	}
	conn, err := l.connect()
	if err != nil {
		return err
	}
	fmt.Fprintln(e.stdout, "Connection established.")
	return s.ServeConn(ctx, conn)
}

func (l *lldbLine) begin(ctx context.Context, s *remote.Server) error {
	switch {
	case l.attach != "":
		pid, _ := strconv.ParseInt(l.attach, 0, 32)
		if err := s.Attach(int(pid)); err != nil {
			return fmt.Errorf("failed to attach to pid %d: %w", pid, err)
		}
	case len(l.program) > 0:
		if err := s.Launch(ctx, l.program[0], l.program[1:]); err != nil {
			return fmt.Errorf("failed to launch '%s': %w", l.program[0], err)
		}
	}
	return nil
}

// connect returns the connection that lldb has made, or waits for one.
func (l *lldbLine) connect() (io.ReadWriteCloser, error) {
	if l.reverse {
		c, err := parseComm(l.address)
		switch {
		case err != nil:
			return nil, err
		case c.Kind == commUnix:
			return net.Dial("unix", c.Path)
		case c.Kind != commTCP:
			return nil, fmt.Errorf("%q is not an address", l.address)
		}
		return net.Dial(c.Network, net.JoinHostPort(c.Host, c.Port))
	}
	syscall.CloseOnExec(l.fd)
	f := os.NewFile(uintptr(l.fd), "--fd")
	if conn, err := net.FileConn(f); err == nil {
		return conn, f.Close()
	}
	if _, err := f.Stat(); err != nil {
		return nil, fmt.Errorf("--fd %d: %w", l.fd, err)
	}
	return f, nil // a terminal, or one end of a pair
}

// writePort writes the port, or a socket's path, to the named pipes, followed by the
// zero byte at which lldb stops reading.
func (l *lldbLine) writePort(listener net.Listener) error {
	text := listener.Addr().String()
	if a, ok := listener.Addr().(*net.TCPAddr); ok {
		text = strconv.Itoa(a.Port)
	}
	text += "\x00"
	if l.namedPipe != "" {
		f, err := os.OpenFile(l.namedPipe, os.O_WRONLY, 0)
		if err != nil {
			return err
		}
		_, err = f.WriteString(text)
		return errors.Join(err, f.Close())
	}
	if l.pipe >= 0 {
		f := os.NewFile(uintptr(l.pipe), "--pipe")
		_, err := f.WriteString(text)
		return errors.Join(err, f.Close())
	}
	return nil
}
