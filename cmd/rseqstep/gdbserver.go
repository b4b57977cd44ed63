package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"os"
	"os/signal"
	"strconv"
	"strings"
	"syscall"
	"text/tabwriter"

	"github.com/spf13/cobra"
	"golang.org/x/term"

	"rseqstep/cmd/rseqstep/internal/show"
	"rseqstep/stepper"
	"rseqstep/stepper/remote"
	"rseqstep/table"
)

// serverOptions are the flags of gdbserver.
type serverOptions struct {
	once, multi bool
	attach      int
	adopt       int  // like attach, for a process held by a SIGSTOP that is to be taken back
	launched    bool // adopt a process that ends with us
	allowRemote bool
	provide     provideOptions
	log         string // where our sentences go, instead of standard error
}

func newGDBServerCmd(e *env) *cobra.Command {
	o := &serverOptions{}
	cmd := &cobra.Command{
		Use:   "gdbserver [flags] HOST:PORT|unix:PATH|- [PROGRAM ARGS...]",
		Short: "Serve gdb, lldb and other debuggers by gdb's remote protocol",
		Long: `Runs a program, or takes over a process, for a debugger that connects by gdb's
remote protocol. That debugger's own next, step, stepi, until, finish and
continue then pass restartable sequences and vDSO functions as units; what
became of them is said at its console. "monitor help" lists what else there is.

"-" speaks the protocol on standard input and output. The address must be this
machine's own unless --allow-remote is given: there is no authentication, and
whoever connects can run programs as you.

A client that goes away without having ended or detached from its process
(gdb's disconnect, a lost connection) leaves it to the next client: it stays
where it stands, or runs until it stops or that client comes. With --once, and on
standard input and output, there is no next client: a program that was started
here is killed then, and one that was attached to goes on.

--cpu-opv is for the programs that are started; for a running process it works
only for call number 335, and where the kernel answers that with SIGILL (Linux
since 6.11).`,
		Example: `  gdb -ex 'target remote | rseqstep gdbserver - ./prog' ./prog
  rseqstep gdbserver localhost:2345 ./prog arg
  rseqstep gdbserver unix:/tmp/debug --attach 1234
  rseqstep gdbserver --multi localhost:2345        then: target extended-remote`,
		Args: func(cmd *cobra.Command, args []string) error {
			if err := o.attachTo(args); err != nil {
				return err
			}
			switch {
			case len(args) == 0:
				return usage(errors.New("give an address to listen on, or \"-\""))
			case o.adopt != 0 && (o.attach != 0 || len(args) > 1):
				return usage(errors.New("--adopt excludes a program and --attach"))
			case o.launched && o.adopt == 0:
				return usage(errors.New("--launched belongs to --adopt"))
			case len(args) == 1 && o.attach == 0 && o.adopt == 0 && !o.multi:
				return usage(errors.New("give a program, --attach PID, or --multi to let the client choose"))
			case len(args) > 1 && args[1] != "--attach" && o.attach != 0:
				return usage(errors.New("a program and --attach exclude each other"))
			}
			return nil
		},
		RunE: func(cmd *cobra.Command, args []string) error {
			cpuOpv, err := o.provide.of(cmd)
			if err != nil {
				return err
			}
			say, err := o.openLog(e.stderr)
			if err != nil {
				return &exitError{Status: 1, Err: err}
			}
			defer say.Close()
			if err := serveDebuggers(o, cpuOpv, args, e, say); err != nil {
				fmt.Fprintf(say, "rseqstep: %v\nExiting\n", err) // gdbserver's last word
				return &exitError{Status: 1}
			}
			return nil
		},
	}
	f := cmd.Flags()
	f.SetInterspersed(false)
	f.BoolVar(&o.once, "once", false, "end with the first client, also with --multi")
	f.BoolVar(&o.multi, "multi", false, "let clients choose the program, and stay for more of them")
	f.IntVar(&o.attach, "attach", 0, "take over the process `PID`")
	f.IntVar(&o.adopt, "adopt", 0, "take over the process `PID` that another debugger has let go into a stop by SIGSTOP, and end that stop unseen")
	f.BoolVar(&o.launched, "launched", false, "with --adopt: the process was launched by that debugger, and is killed when the client leaves")
	f.StringVar(&o.log, "log", "", "write what the server itself has to say to `FILE`, not to standard error, which is the program's too")
	f.BoolVar(&o.allowRemote, "allow-remote", false, "listen on an address that others can reach, without authentication")
	provideFlags(cmd, &o.provide)
	return cmd
}

// attachTo takes "--attach PID" after the address, where gdb's own server has it.
func (o *serverOptions) attachTo(args []string) error {
	if len(args) < 2 || args[1] != "--attach" {
		return nil
	}
	if len(args) != 3 {
		return usage(errors.New("--attach needs one process id"))
	}
	pid, err := strconv.Atoi(args[2])
	if err != nil || pid <= 0 {
		return usage(fmt.Errorf("%q is no process id", args[2]))
	}
	o.attach = pid
	return nil
}

// openLog is where our sentences go: the log, or else standard error.
func (o *serverOptions) openLog(stderr io.Writer) (io.WriteCloser, error) {
	if o.log == "" {
		return nopCloser{stderr}, nil
	}
	return os.OpenFile(o.log, os.O_CREATE|os.O_WRONLY|os.O_APPEND, 0o600)
}

// nopCloser is a Writer that others close.
type nopCloser struct{ io.Writer }

func (nopCloser) Close() error { return nil }

// serveDebuggers is the command gdbserver.
func serveDebuggers(o *serverOptions, cpuOpv stepper.CPUOpv, args []string, e *env, say io.Writer) (err error) {
	c := remote.Config{Multi: o.multi, Once: o.once, Log: say, CPUOpv: cpuOpv,
		Report: unitLines, Section: writeSections}
	address := args[0]
	stdio := address == "-"
	var listener net.Listener
	if stdio {
		null, err := os.Open(os.DevNull)
		if err != nil {
			return err
		}
		defer null.Close()
		c.Stdin, c.Stdout = null, os.Stderr // the protocol has our own
	} else {
		if term.IsTerminal(int(os.Stdin.Fd())) {
			c.Terminal = os.Stdin
		}
		if listener, err = listen(address, o.allowRemote, say); err != nil {
			return err
		}
		defer listener.Close()
	}
	ctx, cancel := context.WithCancel(context.Background())
	defer cancel()
	defer onSignals(cancel, stdio)()

	s := remote.New(c)
	defer func() { err = errors.Join(err, s.Close()) }()
	switch {
	case o.attach != 0:
		err = s.Attach(o.attach)
	case o.adopt != 0:
		err = s.Adopt(o.adopt, o.launched)
	case len(args) > 1:
		err = s.Launch(args[1], args[2:])
	}
	if err != nil {
		return err
	}
	if stdio {
		return s.ServeConn(ctx, stdioConn{e.stdin, e.stdout})
	}
	if s.PID() != 0 {
		fmt.Fprintf(say, "Process %d\n", s.PID())
	}
	fmt.Fprintf(say, "Listening on %s\n", listener.Addr())
	return s.Serve(ctx, listener)
}

// onSignals ends the server in order when it is asked to. Ctrl-C does not end
// one on standard input and output: there it is meant for the client, which
// shares the terminal.
func onSignals(cancel func(), stdio bool) (stop func()) {
	ch := make(chan os.Signal, 4)
	signal.Notify(ch, os.Interrupt, syscall.SIGTERM, syscall.SIGHUP)
	go func() {
		for sig := range ch {
			if sig != os.Interrupt || !stdio {
				cancel()
			}
		}
	}()
	return func() {
		signal.Stop(ch)
		close(ch)
	}
}

// listen opens the address, if nobody else can reach it or that is wanted.
func listen(address string, allowRemote bool, warn io.Writer) (net.Listener, error) {
	if path, ok := strings.CutPrefix(address, "unix:"); ok {
		old := syscall.Umask(0o077) // the socket is for this user alone
		defer syscall.Umask(old)
		return net.Listen("unix", path)
	}
	address = strings.TrimPrefix(address, "tcp:")
	host, port, err := net.SplitHostPort(address)
	if err != nil {
		return nil, usage(fmt.Errorf("%q is no address: HOST:PORT, :PORT, unix:PATH or - expected", address))
	}
	if host == "" {
		host = "localhost"
	}
	addr, err := net.ResolveTCPAddr("tcp", net.JoinHostPort(host, port))
	if err != nil {
		return nil, err
	}
	if !addr.IP.IsLoopback() {
		if !allowRemote {
			return nil, fmt.Errorf("%s can be reached by others, and there is no authentication: whoever connects can run programs as you; give --allow-remote if you want that", address)
		}
		fmt.Fprintf(warn, "warning: %s can be reached by others and there is no authentication: whoever connects can run programs as you\n", address)
	}
	return net.ListenTCP("tcp", addr)
}

// stdioConn is standard input and output as one connection.
type stdioConn struct {
	io.Reader
	io.Writer
}

// SyscallConn is that of standard input, where it is a file.
func (c stdioConn) SyscallConn() (syscall.RawConn, error) {
	if f, ok := c.Reader.(syscall.Conn); ok {
		return f.SyscallConn()
	}
	return nil, errors.ErrUnsupported
}

// Close ends reading, where standard input can be closed under a reader.
func (c stdioConn) Close() error {
	if f, ok := c.Reader.(io.Closer); ok {
		return f.Close()
	}
	return nil
}

// unitLines are a stop's units as the client's console shows them.
func unitLines(e *stepper.Engine, stop stepper.Stop) []string {
	return show.Units(stop.Units, naming(e), show.Style{})
}

func naming(e *stepper.Engine) show.Naming {
	return func(a table.Addr) string {
		name, off, ok := e.Symbols().Symbol(a)
		switch {
		case !ok:
			return ""
		case off == 0:
			return name
		}
		return fmt.Sprintf("%s+%#x", name, off)
	}
}

// writeSections is "monitor rseq": sections, counts and registrations.
func writeSections(e *stepper.Engine, w io.Writer) {
	sections := e.Image().Sections()
	if len(sections) == 0 {
		fmt.Fprintln(w, "No restartable sequences.")
	} else {
		counts := e.SectionCounts()
		tw := tabwriter.NewWriter(w, 0, 8, 2, ' ', 0)
		fmt.Fprintln(tw, "[Start,End)\tAbort\tPasses\tCommits\tAborts\tSide exits\tSection")
		for _, p := range sections {
			n := counts[p.Start]
			fmt.Fprintf(tw, "[%v,%v)\t%v\t%d\t%d\t%d\t%d\t%s\n", p.Start, p.End, p.Abort, n.Passes, n.Commits, n.Aborts, n.SideExits, e.SectionName(p))
		}
		tw.Flush()
	}
	fmt.Fprintln(w)
	tw := tabwriter.NewWriter(w, 0, 8, 2, ' ', 0)
	fmt.Fprintln(tw, "  Thread\tArea\tSize\tMode\tSignature\tCPU\tSlice\tArmed")
	for _, t := range e.Threads() {
		mark, armed := " ", "no"
		if t.TID == e.Thread() {
			mark = "*"
		}
		r := t.Rseq
		switch {
		case !r.Config.Registered():
			fmt.Fprintf(tw, "%s %d (%d)\tnot registered\t\t\t\t\t\t\n", mark, t.Number, t.TID)
			continue
		case r.Live:
			armed = e.SectionName(r.Section) + ", live"
		case r.Armed != 0:
			armed = r.Armed.String() + ", not inside"
		}
		fmt.Fprintf(tw, "%s %d (%d)\t%v\t%d\t%v\t%#x\t%d\t%v\t%s\n", mark, t.Number, t.TID, r.Config.Area, r.Config.Size, t.Mode, r.Config.Signature, r.CPU, r.Slice, armed)
	}
	tw.Flush()
}
