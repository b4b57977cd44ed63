package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"net"
	"os"

	"github.com/spf13/cobra"
	"golang.org/x/term"

	"rseqstep/stepper/opvcall"
	"rseqstep/stepper/remote"
)

// serve runs the command gdbserver after its command line was parsed.
func (o *serverOptions) serve(cmd *cobra.Command, e *env) error {
	cpuOpv, err := o.provide.of(cmd)
	if err != nil {
		return err
	}
	say, err := o.openLog(e.stderr)
	if err != nil {
		return &exitError{Status: 1, Err: err}
	}
	defer say.Close()
	if err := o.serveDebuggers(cpuOpv, e, say); err != nil {
		fmt.Fprintf(say, "rseqstep: %v\nExiting\n", err)
		return &exitError{Status: 1}
	}
	return nil
}

// config translates the flags into a server's configuration. DebugLog's file is closed
// when the process ends.
func (o *serverOptions) config(cpuOpv opvcall.Call, e *env, say io.Writer) (remote.Config, error) {
	if o.remoteDebug {
		o.debug.Packets.Store(true)
	}
	if o.eventDebug {
		o.debug.EventLoop.Store(true)
	}
	if e.debug { // the flag may stand before the word gdbserver
		o.debug.General.Store(true)
	}
	e.debug = e.debug || o.debugged.given
	c := remote.Config{Multi: o.multi, Once: o.once, Log: say, Announce: true, Debug: o.debug, CPUOpv: cpuOpv, ASLR: o.randomize,
		NoShell: o.noShell, Wrapper: o.wrapper, Disable: o.disable, Report: unitLines, Section: writeSections}
	if o.log != "" {
		c.Failures = e.stderr
	}
	if o.debugFile != "" {
		f, err := os.OpenFile(o.debugFile, os.O_CREATE|os.O_WRONLY|os.O_TRUNC, 0o600)
		if err != nil {
			return c, err
		}
		o.debug.Output = f
	}
	return c, nil
}

// serveDebuggers starts the process to debug, or attaches to it, and serves.
func (o *serverOptions) serveDebuggers(cpuOpv opvcall.Call, e *env, say io.Writer) (err error) {
	c, err := o.config(cpuOpv, e, say)
	if err != nil {
		return err
	}
	var listener net.Listener
	var conn io.ReadWriteCloser
	how := o.target.comm
	switch how.Kind {
	case commStdio:
		null, err := os.Open(os.DevNull)
		if err != nil {
			return err
		}
		defer null.Close()
		c.Stdin, c.Stdout, c.Stdio = null, os.Stderr, true // standard output belongs to the protocol
		conn = stdioConn{e.stdin, e.stdout}
		fmt.Fprintln(say, "stdin/stdout redirected")
	case commSerial:
		if conn, err = openSerial(how.Path); err != nil {
			return err
		}
	default:
		if listener, err = how.listen(o.allowRemote, say); err != nil {
			return err
		}
		defer listener.Close()
	}
	if how.Kind != commStdio && term.IsTerminal(int(os.Stdin.Fd())) {
		c.Terminal = os.Stdin
	}
	ctx, cancel := context.WithCancel(context.Background())
	defer cancel()
	defer onSignals(cancel, how.Kind == commStdio)()

	s := remote.New(c)
	defer func() { err = errors.Join(err, s.Close()) }()
	if err = o.begin(ctx, s); err != nil {
		return err
	}
	switch how.Kind {
	case commStdio:
		fmt.Fprintln(say, "Remote debugging using stdio")
		return s.ServeConn(ctx, conn)
	case commSerial:
		fmt.Fprintf(say, "Remote debugging using %s\n", how.Path)
		return s.ServeConn(ctx, conn)
	}
	return s.Serve(ctx, listener)
}

// begin gives the server its process, if one is named. Errors use gdbserver's wording.
func (o *serverOptions) begin(ctx context.Context, s *remote.Server) error {
	t := &o.target
	switch {
	case t.attach != 0:
		if err := s.Attach(t.attach); err != nil {
			return fmt.Errorf("cannot attach to process %d: %w", t.attach, err)
		}
	case o.adopt != 0:
		return s.Adopt(o.adopt, o.launched)
	case len(t.program) > 0:
		err := s.Launch(ctx, t.program[0], t.program[1:])
		if errors.Is(err, fs.ErrNotExist) || errors.Is(err, fs.ErrPermission) {
			err = fmt.Errorf("cannot exec %s: %w", t.program[0], err)
		}
		return err
	}
	return nil
}
