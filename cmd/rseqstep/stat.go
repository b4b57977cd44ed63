package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"os/signal"
	"strconv"
	"strings"
	"syscall"
	"time"

	"github.com/spf13/cobra"

	"rseqstep/page"
	"rseqstep/stat"
)

type statOptions struct {
	duration time.Duration
	pid      int
	all      bool
	hot      bool
	json     bool
	pprof    string
	html     string
	live     bool
	cause    bool
	dwarf    bool
	passes   bool
}

func newStatCmd(e *env) *cobra.Command {
	o := &statOptions{}
	cmd := &cobra.Command{
		Use:   "stat [flags] [--] PROGRAM [ARGS...] | --pid PID | -a",
		Short: "Count how often each section aborts, at full speed",
		Long: `Counts the aborts of restartable sequences by section and by instruction, while
the program runs at full speed. The kernel's tracepoint rseq:rseq_ip_fixup
reports each abort and costs nothing between aborts. Nothing is traced or
stopped.

A program is counted with its children until it ends, and its exit status is
passed on. --pid and -a count until --duration is over, or until Ctrl-C.
--passes also counts how often threads left each section, with probes that cost
microseconds a pass. Recording a tracepoint needs root, CAP_PERFMON, or
kernel.perf_event_paranoid=-1.`,
		Example: `  rseqstep stat ./prog arg           count until ./prog ends
  rseqstep stat --pid 1234 -d 10s    count a running process for ten seconds
  rseqstep stat -a                   watch the whole machine
  rseqstep stat --html p.html ./prog write a page with annotated listings
  rseqstep stat --pprof p.gz ./prog; go tool pprof -top p.gz`,
		Args: func(cmd *cobra.Command, args []string) error {
			n := 0
			for _, given := range []bool{o.pid != 0, o.all, len(args) > 0} {
				if given {
					n++
				}
			}
			switch {
			case n != 1:
				return usage(errors.New("stat needs one of PROGRAM, --pid PID and -a"))
			case o.all && o.passes:
				return usage(errors.New("--passes needs a program or --pid: it would set probes in every process"))
			case o.pid < 0 || o.duration < 0:
				return usage(errors.New("a process id and a duration are not negative"))
			}
			return nil
		},
		RunE: func(cmd *cobra.Command, args []string) error {
			return runStat(e, o, args, newLiveTable(e, o, o.subject(args), cmd.Flags().Changed("live"), len(args) > 0))
		},
	}
	f := cmd.Flags()
	f.SetInterspersed(false)
	f.DurationVarP(&o.duration, "duration", "d", 0, "end after `TIME`, such as 10s")
	f.IntVarP(&o.pid, "pid", "p", 0, "count the process `PID`")
	f.BoolVarP(&o.all, "all", "a", false, "count every process of the machine")
	f.BoolVar(&o.hot, "hot", false, "sample the clock too, to see how much time sections take")
	f.BoolVar(&o.cause, "cause", false, "record context switches and signals too, to tell why sections\nwere aborted")
	f.BoolVar(&o.passes, "passes", false, "count the passes of each section too, with probes behind its\nexits; each pass then takes microseconds longer")
	f.BoolVar(&o.dwarf, "dwarf-stacks", false, "find stacks without frame pointers, by call frame\ninformation (8 KiB each abort)")
	f.BoolVar(&o.json, "json", false, "print the result as JSON")
	f.BoolVar(&o.live, "live", false, "show the numbers each second while it runs (on a terminal, the\ndefault with --pid and -a)")
	f.StringVar(&o.html, "html", "", "write a page with annotated listings to `FILE`")
	f.StringVar(&o.pprof, "pprof", "", "write a profile of the aborts, with stacks, to `FILE`")
	return cmd
}

func runStat(e *env, o *statOptions, args []string, l *liveTable) (err error) {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	if o.duration > 0 {
		var cancel context.CancelFunc
		ctx, cancel = context.WithTimeout(ctx, o.duration)
		defer cancel()
	}
	opts := stat.Options{Stack: o.pprof != "" || o.html != "", Only: o.pid, Cause: o.cause, Passes: o.passes}
	files := stat.NewFiles()
	defer files.Close()
	if o.dwarf {
		if opts.Unwind, err = stat.NewUnwinder(files); err != nil {
			return err
		}
	}
	if o.hot {
		opts.Hot = 999
	}
	var prog *starting
	if len(args) > 0 {
		if prog, err = startWaiting(e, args); err != nil {
			return err
		}
		opts.PID = prog.cmd.Process.Pid
		if o.passes {
			opts.Files = stat.Ahead(args)
		}
	} else if o.pid != 0 {
		if err := syscall.Kill(o.pid, 0); errors.Is(err, syscall.ESRCH) {
			return fmt.Errorf("no process %d (has it ended?)", o.pid)
		}
	}
	subject := o.subject(args) // now: it may have ended later
	rec, err := stat.Start(opts)
	if err != nil {
		if prog != nil {
			prog.abandon()
		}
		return err
	}
	defer rec.Close()
	if prog != nil {
		if err := prog.begin(); err != nil {
			return err
		}
		var cancel context.CancelFunc
		ctx, cancel = context.WithCancel(ctx)
		defer cancel()
		go func() { prog.ended <- prog.cmd.Wait(); cancel() }()
	} else if o.pid != 0 {
		var cancel context.CancelFunc
		ctx, cancel = context.WithCancel(ctx)
		defer cancel()
		go untilGone(ctx, o.pid, cancel)
	}
	err = record(ctx, rec, files, l)
	l.end()
	if err != nil {
		return err
	}
	report, err := rec.Finish(files)
	if err != nil {
		return err
	}
	if o.html != "" {
		if err := writePage(o.html, statPage(subject, report, files, rec.Mapped())); err != nil {
			return err
		}
	}
	if err := writeStat(e, o, report, files); err != nil || prog == nil {
		return err
	}
	return prog.status()
}

// record records until ctx ends, and shows the recording each second.
func record(ctx context.Context, rec *stat.Recorder, files *stat.Files, l *liveTable) error {
	if l == nil {
		return rec.Run(ctx, 0, nil)
	}
	return rec.Run(ctx, time.Second, func() error {
		report, err := rec.Report(files)
		if err == nil {
			l.show(report)
		}
		return err
	})
}

// subject says what is counted.
func (o *statOptions) subject(args []string) string {
	switch {
	case len(args) > 0:
		return strings.Join(args, " ")
	case o.pid != 0:
		name, _ := os.ReadFile(fmt.Sprintf("/proc/%d/comm", o.pid)) // "" if it has ended
		return strings.TrimSpace(fmt.Sprintf("process %d %s", o.pid, name))
	}
	return "all processes"
}

// status is the error of a program that has failed: its exit status is the command's, or 128 + N
// if signal N killed it. A program that still runs is left alone.
func (s *starting) status() error {
	select {
	case <-s.ended:
	default:
		return nil
	}
	switch w := s.cmd.ProcessState.Sys().(syscall.WaitStatus); {
	case w.Signaled():
		return &exitError{Status: 128 + int(w.Signal()), Err: fmt.Errorf("the program was killed by signal %v", w.Signal())}
	case w.ExitStatus() != 0:
		return &exitError{Status: w.ExitStatus(), Err: fmt.Errorf("the program exited with status %d", w.ExitStatus())}
	}
	return nil
}

// untilGone waits for the end of a process that is not a child.
func untilGone(ctx context.Context, pid int, then func()) {
	for tick := time.Tick(100 * time.Millisecond); ; {
		select {
		case <-ctx.Done():
			return
		case <-tick:
			if _, err := os.Stat("/proc/" + strconv.Itoa(pid)); errors.Is(err, fs.ErrNotExist) {
				then()
				return
			}
		}
	}
}

func writeStat(e *env, o *statOptions, report *stat.Report, files *stat.Files) error {
	if o.pprof != "" {
		f, err := os.Create(o.pprof)
		if err != nil {
			return err
		}
		if err := errors.Join(report.WriteProfile(f, files), f.Close()); err != nil {
			return err
		}
	}
	if o.json {
		enc := json.NewEncoder(e.stdout)
		enc.SetIndent("", "  ")
		return enc.Encode(report.JSON())
	}
	out := e.stdout
	if report.Rows == nil && report.Aborts == 0 && !o.passes {
		_, err := fmt.Fprintf(out, "%s. No thread was interrupted inside a section.\n", report.Summary())
		return err
	}
	var b strings.Builder
	if err := report.WriteText(&b); err != nil {
		return err
	}
	for line := range strings.Lines(b.String()) {
		fmt.Fprintln(out, page.Clean(strings.TrimSuffix(line, "\n")))
	}
	return nil
}
