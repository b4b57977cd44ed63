package main

import (
	"errors"
	"fmt"
	"io"
	"os"
	"os/signal"
	"syscall"

	"github.com/spf13/cobra"

	"rseqstep/cmd/rseqstep/internal/prompt"
	"rseqstep/cmd/rseqstep/internal/session"
	"rseqstep/stepper/remote"
)

// serverOptions are the flags of gdbserver, and what its arguments name.
type serverOptions struct {
	once, multi   bool
	attach        optionalValue // a process id, if given after "="
	adopt         int           // like attach, for a process that another debugger left stopped by SIGSTOP
	launched      bool          // the adopted process is killed when the client leaves
	allowRemote   bool
	provide       provideOptions
	log           string // receives the server's own messages instead of standard error
	randomize     bool   // keep address space layout randomization
	noShell       bool
	debugged      optionalValue // components whose debugging output is printed
	remoteDebug   bool
	eventDebug    bool
	debugFormat   string
	debugFile     string
	disablePacket optionalValue
	version       bool
	selfTest      optionalValue

	wrapper []string
	target  serverTarget
	debug   *remote.DebugLog
	disable remote.Disabled
}

func newGDBServerCmd(e *env) *cobra.Command {
	o := &serverOptions{}
	cmd := &cobra.Command{
		Use: `gdbserver [flags] COMM PROGRAM [ARGS...]
  rseqstep gdbserver [flags] --attach COMM PID
  rseqstep gdbserver [flags] --multi COMM`,
		Short: "Serve gdb, lldb and other debuggers by gdb's remote protocol",
		Long: `Runs a program, or attaches to a process, for a debugger that connects by gdb's
remote protocol. That debugger's own next, step, stepi, until, finish and
continue then run each restartable sequence and vDSO function as a unit, in one
step, and its console shows the outcomes. "monitor help" lists more commands.

The command line is gdbserver's. Under the file name gdbserver (a symbolic link
is enough) rseqstep behaves as gdbserver. COMM is HOST:PORT, :PORT,
tcp4:HOST:PORT, tcp6:HOST:PORT, [::1]:PORT, unix:PATH, a terminal device, or "-"
or "stdio" for standard input and output. Flags end at COMM; the words after
PROGRAM are the program's arguments.

:PORT listens at 127.0.0.1 and at ::1 only. Any other HOST must be an address of
this machine that other machines cannot reach, unless --allow-remote is given:
the protocol has no authentication, and a client can run programs as you.

When a client disconnects without ending its process or detaching from it (gdb's
disconnect, a lost connection), the server keeps the process for the next
client: stopped where it was, or running until it stops or that client connects.
With --once, and on standard input and output, there is no next client: the
server kills a program that it started, and detaches from a process that it
attached to.

--cpu-opv applies to programs that the server starts. For a running process it
works only for call number 335, and only if the kernel answers that call with
SIGILL (Linux 6.11 and later).

The exit status is 1 if the command line is wrong or the server fails.`,
		Example: `  gdb -ex 'target remote | rseqstep gdbserver - ./prog' ./prog
  rseqstep gdbserver :2345 ./prog arg
      then in gdb: target remote :2345
  rseqstep gdbserver --attach unix:/tmp/debug 1234
  rseqstep gdbserver --wrapper env LD_PRELOAD=./lib.so -- :2345 ./prog
  rseqstep gdbserver --multi :2345
      then in gdb: target extended-remote :2345`,
		DisableFlagParsing: true, // until the wrapper has been removed
		RunE: func(cmd *cobra.Command, args []string) error {
			if err := o.parse(cmd, args); err != nil {
				return wrongLine(cmd, err)
			}
			if help, err := cmd.Flags().GetBool("help"); err == nil && help {
				return cmd.Help()
			}
			if done, err := o.answersAtOnce(e); done || err != nil {
				return err
			}
			if err := o.check(cmd.Flags().Args()); err != nil {
				return wrongLine(cmd, err)
			}
			return o.serve(cmd, e)
		},
	}
	f := cmd.Flags()
	f.SetInterspersed(false)
	optionally(f, &o.attach, "attach", "PID", "attach to the running process PID; the PID may also follow COMM")
	f.BoolVar(&o.multi, "multi", false, "let clients choose the program, and serve one client after another")
	f.BoolVar(&o.once, "once", false, "end with the first client, even with --multi")
	f.String("wrapper", "", "start programs by a command that ends by executing them, such as env: `WRAPPER... --`")
	f.Var(setsFlag{&o.randomize, false}, "disable-randomization", "start programs without address space layout randomization (the default)")
	f.Var(setsFlag{&o.randomize, true}, "no-disable-randomization", "start programs with address space layout randomization")
	f.Var(setsFlag{&o.noShell, false}, "startup-with-shell", "perform redirections in the arguments of gdb's run (default); no shell is started")
	f.Var(setsFlag{&o.noShell, true}, "no-startup-with-shell", "pass redirections in the arguments of gdb's run to the program")
	optionally(f, &o.debugged, "debug", "threads", "print debugging output: of the process, or of these components (several with commas, \"-\" before one excludes it): threads, remote, event-loop, all; also the stack trace of an internal error")
	f.BoolVar(&o.remoteDebug, "remote-debug", false, "print every packet sent and received")
	f.BoolVar(&o.eventDebug, "event-loop-debug", false, "print who reads the connection")
	f.StringVar(&o.debugFormat, "debug-format", "", "what to print before each line of debugging output: `all`, none or timestamp, several with commas")
	f.StringVar(&o.debugFile, "debug-file", "", "write the debugging output to `FILE` instead of standard error")
	optionally(f, &o.disablePacket, "disable-packet", "LIST", "answer as if these packets were unknown; without a list, print which packets can be disabled")
	f.BoolVar(&o.version, "version", false, "print the version")
	optionally(f, &o.selfTest, "selftest", "FILTER", "accepted for compatibility; does nothing")
	f.IntVar(&o.adopt, "adopt", 0, "attach to the process `PID` that another debugger has detached from and left stopped by SIGSTOP, and end that stop unseen")
	f.BoolVar(&o.launched, "launched", false, "with --adopt: that debugger started the process; kill it when the client leaves")
	f.StringVar(&o.log, "log", "", "write the server's own messages to `FILE` instead of standard error, which it shares with the program")
	f.BoolVar(&o.allowRemote, "allow-remote", false, "listen on an address that other machines can reach, without authentication")
	for _, name := range []string{"disable-randomization", "no-disable-randomization", "startup-with-shell", "no-startup-with-shell"} {
		f.Lookup(name).NoOptDefVal = "true"
	}
	provideFlags(cmd, &o.provide)
	return cmd
}

// wrongLine returns an error in gdbserver's command line; like the real gdbserver, it
// exits with status 1.
func wrongLine(cmd *cobra.Command, err error) error {
	return &exitError{Status: 1, Err: prompt.Message("%w\nTry \"%s --help\".", err, cmd.CommandPath())}
}

// answersAtOnce handles the flags that only print something.
func (o *serverOptions) answersAtOnce(e *env) (done bool, err error) {
	switch {
	case o.version:
		_, err = fmt.Fprintf(e.stdout, "gdbserver by %s\nIt speaks gdb's remote protocol, and steps over restartable sequences as units.\n", version())
		return true, err
	case o.selfTest.given:
		_, err = fmt.Fprintln(e.stdout, "Selftests have been disabled for this build.")
		return true, err
	case o.disablePacket.given && o.disablePacket.value == "":
		_, err = fmt.Fprint(e.stdout, remote.DisableablePackets)
		return true, err
	}
	return false, nil
}

// openLog returns the writer for the server's own messages: the log, or else standard
// error.
func (o *serverOptions) openLog(stderr io.Writer) (io.WriteCloser, error) {
	if o.log == "" {
		return nopCloser{stderr}, nil
	}
	return os.OpenFile(o.log, os.O_CREATE|os.O_WRONLY|os.O_APPEND, 0o600)
}

// nopCloser is a Writer that somebody else closes.
type nopCloser struct{ io.Writer }

func (nopCloser) Close() error { return nil }

// onSignals shuts the server down in an orderly way on a signal. On standard input and
// output Ctrl-C and Ctrl-\ do not: the client shares the terminal, and they are meant for it.
func onSignals(cancel func(), stdio bool) (stop func()) {
	ch := make(chan os.Signal, 4)
	signal.Notify(ch, append(session.Endings(), os.Interrupt, syscall.SIGQUIT)...)
	go func() {
		for sig := range ch {
			if session.Asks(sig) && (sig != os.Interrupt && sig != syscall.SIGQUIT || !stdio) {
				cancel()
			}
		}
	}()
	return func() {
		signal.Stop(ch)
		close(ch)
	}
}

// errNoAddress is the error for a command line without COMM.
var errNoAddress = errors.New("give an address to listen on (:PORT, HOST:PORT, unix:PATH), a terminal device, or \"-\"")
