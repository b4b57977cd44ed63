package main

import (
	"errors"
	"fmt"
	"io"
	"net"
	"os"
	"os/signal"
	"runtime"
	"syscall"

	"github.com/spf13/cobra"

	"rseqstep/cmd/rseqstep/internal/session"
	"rseqstep/delve"
	"rseqstep/stepper/remote"
)

func newDlvCmd(e *env) *cobra.Command {
	return &cobra.Command{
		Use: "dlv [--print-backend|--print-script] [--cpu-opv ABI] [DLV COMMAND...]", DisableFlagsInUseLine: true,
		Short: "Run Delve, the debugger for Go, with rseqstep as its backend",
		Long: `Runs Delve, the debugger for Go, with rseqstep as its backend: Delve's next,
step, stepout, step-instruction and continue then run each restartable sequence
and vDSO function as a unit. Every dlv command line works: debug, exec, test,
attach, trace, connect, dap, core, --headless. Your own --backend takes
precedence.

Your own dlv can use the same backend: --print-backend prints the path of the
executable to give it. --print-script prints a script that lists the sections in
a dlv with its native backend ("source FILE"). "rseqstep dlv help" prints
Delve's own help.

--cpu-opv v3|v9 and --cpu-opv-nr NUMBER, before Delve's command, emulate the
cpu_opv system call for the program, as "rseqstep --cpu-opv" does; for a process
that you attach to, only where "rseqstep attach" can. They cannot be combined
with another --backend.`,
		Example: `  rseqstep dlv debug ./pkg -- arg
  rseqstep dlv attach 1234
  export DELVE_DEBUGSERVER_PATH=$(rseqstep dlv --print-backend)
  dlv --backend=lldb debug ./pkg`,
		DisableFlagParsing: true, // all of them are Delve's
		RunE: func(cmd *cobra.Command, args []string) error {
			if len(args) == 1 && args[0] == "--print-backend" {
				path, err := delve.Backend()
				if err != nil {
					return err
				}
				_, err = fmt.Fprintln(e.stdout, path)
				return err
			}
			if len(args) == 1 && (args[0] == "--help" || args[0] == "-h") {
				return cmd.Help()
			}
			if len(args) == 1 && args[0] == "--print-script" {
				return delve.WriteScript(e.stdout)
			}
			args, cpuOpv, err := delveCPUOpv(cmd, args)
			if err != nil {
				return err
			}
			if a, ok := adapterArgs(args); ok && os.Getenv(delve.ConsoleVariable) == "" {
				if err := delveAdapter(e, a, cpuOpv); err != nil {
					return &exitError{Status: 1, Err: err}
				}
				return nil
			}
			runtime.UnlockOSThread() // main locked the thread; nothing is traced from here
			if err := delve.Main(args); err != nil {
				return &exitError{Status: 1} // Delve has already reported the error
			}
			return nil
		},
	}
}

// asBackend runs the process as Delve's debug server if Delve started it as one
// (delve.FormOf), and returns its exit status.
func asBackend(e *env, argv []string) (status int, ok bool) {
	form := delve.FormOf(argv[0])
	if form == delve.NoForm || form == delve.LLDBServer && !delve.IsParent() {
		return 0, false
	}
	l, err := delve.ParseLaunch(form, argv[1:])
	if err == nil {
		err = serveDelve(e, form, l)
	}
	if err != nil {
		fmt.Fprintf(e.stderr, "rseqstep: %v\n", err)
		return 1, true
	}
	return 0, true
}

// serveDelve serves one Delve until it disconnects.
func serveDelve(e *env, form delve.Form, l *delve.Launch) (err error) {
	ctx, stop := session.Until(syscall.SIGQUIT)
	defer stop()
	signal.Ignore(os.Interrupt) // Delve shares the terminal and handles Ctrl-C
	if err := l.PrepareEnvironment(); err != nil {
		return err
	}
	files, err := l.OpenFiles()
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, files.Close()) }()
	cpuOpv, err := cpuOpvOf(l.CPUOpv)
	if err != nil {
		return err
	}
	c := remote.Config{CPUOpv: cpuOpv, Dialect: remote.DelveDebugserver, ASLR: l.ASLR, Log: files.Log(), Console: l.Console(files),
		Stdin: files.Std[0], Stdout: files.Std[1], Stderr: files.Std[2], Report: unitLines, Section: writeSections,
		Parent: os.Getppid()}
	var listener net.Listener
	if form == delve.LLDBServer {
		c.Dialect = remote.DelveLLDBServer
		if listener, err = listen(l.Address, false, io.Discard); err != nil {
			return err
		}
	}
	s := remote.New(c)
	defer func() { err = errors.Join(err, s.Close()) }()
	if l.WaitFor.Name != "" {
		if l.Attach, err = l.WaitFor.Find(ctx); err != nil {
			return err
		}
	}
	if l.Attach != 0 {
		err = s.Attach(l.Attach)
	} else {
		err = s.Launch(ctx, l.Program[0], l.Program[1:])
	}
	if err != nil {
		fmt.Fprintf(files.Log(), "rseqstep: %v\n", err)
		return err
	}
	if listener != nil {
		return s.Serve(ctx, listener)
	}
	conn, err := net.Dial("tcp", l.Address)
	if err != nil {
		return err
	}
	return s.ServeConn(ctx, conn)
}
