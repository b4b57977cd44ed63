package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"syscall"

	"github.com/spf13/cobra"

	"rseqstep/check"
	"rseqstep/check/watch"
	"rseqstep/cmd/rseqstep/internal/session"
	"rseqstep/stepper"
	opening "rseqstep/stepper/live"
	"rseqstep/stepper/ptrace"
)

// watchFlags defines the flags for watching a program.
func watchFlags(cmd *cobra.Command, o *checkOptions) {
	f := cmd.Flags()
	f.IntVar(&o.pid, "pid", 0, "watch the running process `PID`")
	f.DurationVar(&o.duration, "for", 0, "watch for this long (10s, 5m), then detach; the default is until the program ends or Ctrl-C")
	f.BoolVar(&o.stop, "stop", false, "stop the program at the first finding and open the prompt; report when you leave it")
	f.StringVar(&o.output, "output", "", "write the report to `FILE`, not to standard output (standard error for a program that check starts)")
}

// reportTo opens what the report goes to, before there is one: a program that ran for hours does not run
// again. The standard output of a program that check starts is the program's.
func (o *checkOptions) reportTo(e *env, started bool) (w io.Writer, closing func() error, err error) {
	nothing := func() error { return nil }
	switch {
	case o.output != "":
		f, err := os.OpenFile(o.output, os.O_WRONLY|os.O_CREATE, 0o666)
		if err != nil {
			return nil, nil, fmt.Errorf("--output: %w", err)
		}
		return f, f.Close, nil
	case started:
		return e.stderr, nothing, nil
	}
	return e.stdout, nothing, nil
}

// watchProgram runs a program, or attaches to a process, and adds to a report what it does against
// the rules. Ctrl-C, SIGTERM and the end of the time end the watch, and the program goes on
// without us. Errors: why it cannot be watched.
func watchProgram(e *env, o *checkOptions, r *check.Report, args []string) error {
	if o.stop {
		return stopAndWatch(e, o, r, args)
	}
	ctx, cancel := watchTime(o)
	defer cancel()
	target, err := openWatched(o, args)
	if err != nil {
		return err
	}
	engine, symbols, err := opening.Open(target, opening.Options{Policy: stepper.DefaultPolicy(), Attached: o.pid != 0})
	if err != nil {
		return err
	}
	defer symbols.Close()
	w := watch.Start(engine, watch.DefaultLimits())
	_, failed := w.Run(ctx)
	seen, err := w.Finish()
	watch.Judge(seen, r)
	watch.JudgeFiles(seen, r)
	return errors.Join(failed, err)
}

// watchTime is how long to watch.
func watchTime(o *checkOptions) (context.Context, context.CancelFunc) {
	ctx, stop := session.Until(os.Interrupt, syscall.SIGQUIT)
	if o.duration <= 0 {
		return ctx, stop
	}
	limited, cancel := context.WithTimeout(ctx, o.duration)
	return limited, func() { cancel(); stop() }
}

// openWatched starts the program or attaches to the process. A program keeps the process group
// and the terminal that it would have without us: a Ctrl-C reaches both.
func openWatched(o *checkOptions, args []string) (*ptrace.Process, error) {
	if o.pid != 0 {
		return ptrace.Attach(o.pid)
	}
	path, err := filepath.Abs(findProgram(args[0]))
	if err != nil {
		return nil, err
	}
	if _, err := os.Stat(path); errors.Is(err, os.ErrNotExist) {
		return nil, fmt.Errorf("%s: no such file", args[0])
	}
	return ptrace.Launch(ptrace.LaunchOptions{Path: path, Args: args, ASLR: true})
}

// stopAndWatch is watchProgram that opens the prompt at the first finding.
func stopAndWatch(e *env, o *checkOptions, r *check.Report, args []string) error {
	d, err := newDebugger(e, &options{noColor: o.noColor, aslr: true})
	if err != nil {
		return err
	}
	open := func() error { return d.session.Attach(o.pid) }
	if o.pid == 0 {
		open = func() error {
			d.session.Args = args[1:]
			if err := d.session.SetProgram(findProgram(args[0])); err != nil {
				return err
			}
			return d.session.Launch(true)
		}
	}
	if err := open(); err != nil {
		return errors.Join(err, d.close())
	}
	engine, err := d.session.LiveEngine()
	if err != nil {
		return errors.Join(err, d.close())
	}
	limits := watch.DefaultLimits()
	limits.Stop = true
	w := watch.Start(engine, limits)
	was, policy := *engine.Signals(), *engine.Policy()
	over := false // the time is
	err = d.session.Move(func(_ *stepper.Engine, ctx context.Context) (stepper.Stop, error) {
		if o.duration > 0 {
			limited, cancel := context.WithTimeout(ctx, o.duration)
			defer func() { over = limited.Err() != nil && ctx.Err() == nil; cancel() }()
			return w.Run(limited)
		}
		return w.Run(ctx)
	})
	*engine.Signals(), *engine.Policy() = was, policy
	seen, failed := w.End() // the user debugs a program that nobody watches
	watch.Judge(seen, r)
	switch ready := err == nil && failed == nil && d.session.Live(); {
	case ready && over && len(r.Findings) == 0:
		err = d.session.Detach()
	case ready:
		for _, f := range r.Findings {
			fmt.Fprintf(e.stdout, "%s: %s [%s]\n", f.Severity, f.Detail, f.Rule)
		}
		var exit *exitError
		if err = d.converse(); errors.As(err, &exit) && exit.Err == nil {
			err = nil // the status is the report's
		}
	}
	watch.JudgeFiles(seen, r)
	return errors.Join(err, failed, d.close())
}
