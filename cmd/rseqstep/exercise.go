package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"syscall"
	"time"

	"github.com/spf13/cobra"

	"rseqstep/check"
	"rseqstep/cmd/rseqstep/internal/session"
	"rseqstep/exercise"
)

// exerciseOptions are the flags of the command exercise.
type exerciseOptions struct {
	times     int
	sections  string
	limit     time.Duration
	runs      int
	check     string
	seed      uint64
	storm     float64
	migrate   bool
	bisect    bool
	json      bool
	coverage  string // path of the coverage file, "" for none
	failUnder float64
	pid       int    // exercise this process
	html      string // path of the page, "" for none
	output    string // path of the report, "" for standard error
}

// maxStorm is the greatest rate of --storm: each abort stops the whole program once before.
const maxStorm = 10000

func newExerciseCmd(e *env) *cobra.Command {
	o := &exerciseOptions{}
	cmd := &cobra.Command{
		Use:   "exercise [flags] -- PROGRAM [ARGS...] | --pid PID",
		Short: "Abort each section at each instruction: does the program mind?",
		Long: `Runs a program, and makes the kernel abort every section that the program
executes, at every instruction that control reaches there. The verdict is the
program's own: its exit status must be 0, and where --check gives a command,
that must succeed as well. A running process (--pid) is exercised until it ends,
until --for is over or until Ctrl-C, and then runs on.

A place before an instruction inside a section is a boundary. Each boundary is
aborted --times times and then left alone, in the order in which the program
gets there. The report says how many boundaries were aborted at least once. One
that was not is one that this run of the program did not reach.

With --migrate, nothing is aborted. Instead, a thread that is about to arm a
section is moved to another CPU: a section that does not compare the CPU's
number, or a program that does not read it again, shows that way.

With --bisect, a program that fails, crashes or hangs is run again with fewer
aborts, until one boundary remains. The report says what the section had done
by then: if the program does not survive that, that is the bug.

The exit status is 0 if the program passed, 1 if it failed or the coverage is
below --fail-under, and 2 if the program could not be run.`,
		Example: `  rseqstep exercise -- ./prog
  rseqstep exercise --bisect --for 30s -- ./prog 1000
  rseqstep exercise --check 'grep -q "sum 1000"' -- ./prog 1000
  rseqstep exercise --cov rseq.cov --fail-under 90 -- ./prog_test`,
		Args: func(cmd *cobra.Command, args []string) error {
			switch {
			case (len(args) == 0) == (o.pid == 0):
				return usage(errors.New("exercise needs a program after --, or --pid"))
			case o.pid != 0 && (o.bisect || o.runs > 1):
				return usage(errors.New("a running process cannot be run again: --bisect and --runs need a program"))
			case o.times < 1 || o.runs < 1 || o.limit < 0:
				return usage(errors.New("--times and --runs are at least 1, and --for is not negative"))
			case o.storm < 0 || o.storm > maxStorm:
				return usage(fmt.Errorf("--storm is a number of aborts a second, 0 to %d", maxStorm))
			case o.migrate && (o.failUnder > 0 || o.storm > 0):
				return usage(errors.New("--migrate aborts nothing: it goes with neither --storm nor --fail-under"))
			case o.failUnder < 0 || o.failUnder > 100:
				return usage(errors.New("--fail-under is a percentage, 0 to 100"))
			}
			return nil
		},
		RunE: func(_ *cobra.Command, args []string) error { return runExercise(e, o, args) },
	}
	f := cmd.Flags()
	f.SetInterspersed(false)
	f.IntVar(&o.times, "times", 3, "abort each boundary `N` times")
	f.StringVar(&o.sections, "sections", "", "abort only sections whose function matches `REGEXP`")
	f.DurationVar(&o.limit, "for", 0, "a run that takes longer than `TIME` (30s) has failed, and is killed; with --pid, detach after it")
	f.IntVar(&o.runs, "runs", 1, "run the program up to `N` times, until every boundary of the executed sections is aborted")
	f.StringVar(&o.check, "check", "", "shell `COMMAND` that must succeed after a run; it reads the program's standard output")
	f.IntVar(&o.pid, "pid", 0, "exercise the running process `PID`")
	f.Uint64Var(&o.seed, "seed", 0, "abort each boundary 1 to 2 * --times - 1 times, as `N` says; 0 is exactly --times")
	f.Float64Var(&o.storm, "storm", 0, "abort at random instead, up to `RATE` times a second, until the program ends; --seed chooses the places")
	f.BoolVar(&o.migrate, "migrate", false, "move threads to another CPU at each section's arming store instead: between\nreading the CPU's number and the section")
	f.BoolVar(&o.bisect, "bisect", false, "if the program fails, run it again until one boundary remains that makes it fail")
	f.BoolVar(&o.json, "json", false, "print JSON")
	f.StringVar(&o.html, "html", "", "write a page with annotated listings to `FILE`, too")
	f.StringVar(&o.coverage, "cov", "", "add to the coverage in `FILE`, and report that of all runs")
	f.Float64Var(&o.failUnder, "fail-under", 0, "exit with status 1 if less than `PERCENT` of the boundaries were aborted")
	f.StringVar(&o.output, "output", "", "write the report to `FILE`, not to standard error")
	return cmd
}

// runExercise is the command. Its errors have the exit status 1 for a program that failed and 2 for
// one that could not be run.
func runExercise(e *env, o *exerciseOptions, args []string) error {
	var sections *regexp.Regexp
	if o.sections != "" {
		var err error
		if sections, err = regexp.Compile(o.sections); err != nil {
			return usage(fmt.Errorf("--sections: %w", err))
		}
	}
	ctx, stop := session.Until(os.Interrupt, syscall.SIGQUIT)
	defer stop()
	r := &exercise.Report{Program: o.subject(args), Coverage: &exercise.Coverage{},
		Options: exercise.Options{Times: o.times, Seed: o.seed, Storm: o.storm, Migrate: o.migrate, Sections: sections}}
	before, err := o.read()
	if err == nil {
		err = o.run(ctx, e, r, args)
	}
	if err == nil && before != nil {
		before.Merge(r.Coverage)
		r.Coverage = before
		err = o.save(before)
	}
	if err == nil {
		err = o.write(e, r)
	}
	if err == nil && o.html != "" {
		err = writePage(o.html, exercisePage(r))
	}
	if err != nil {
		return &exitError{Status: check.StatusFailed, Err: err}
	}
	if r.Failed != nil || r.Totals().Percent < o.failUnder {
		return &exitError{Status: check.StatusFound}
	}
	return nil
}

// run runs the program until it has failed, is covered, or has run often enough.
func (o *exerciseOptions) run(ctx context.Context, e *env, r *exercise.Report, args []string) error {
	p := &exercise.Program{PID: o.pid, Args: args, Limit: o.limit, Check: o.check, Output: e.stdout}
	if o.pid == 0 {
		var err error
		if p.Path, err = filepath.Abs(findProgram(args[0])); err != nil {
			return err
		}
		if _, err := os.Stat(p.Path); errors.Is(err, os.ErrNotExist) {
			return fmt.Errorf("%s: no such file", args[0])
		}
	}
	for r.Runs < o.runs {
		result, err := p.Run(ctx, r.Options, r.Coverage)
		if err != nil {
			return err
		}
		r.Runs++
		if r.Stopped = result.Interrupted; r.Stopped {
			return nil
		}
		if result.Failed() {
			r.Failed = result
			break
		}
		if t := r.Totals(); t.Aborted == t.Boundaries {
			break
		}
	}
	if r.Failed == nil || !o.bisect {
		return nil
	}
	var err error
	r.Culprit, err = p.Bisect(ctx, r.Options, r.Failed, nil)
	if r.Stopped = ctx.Err() != nil; r.Stopped {
		r.Culprit, err = nil, nil
	}
	return err
}

// subject is what is exercised, for the report.
func (o *exerciseOptions) subject(args []string) string {
	if o.pid != 0 {
		return fmt.Sprintf("process %d", o.pid)
	}
	return strings.Join(args, " ")
}

// write writes the report. The standard output is the program's.
func (o *exerciseOptions) write(e *env, r *exercise.Report) error {
	var w io.Writer = e.stderr
	closing := func() error { return nil }
	if o.output != "" {
		f, err := os.Create(o.output)
		if err != nil {
			return fmt.Errorf("--output: %w", err)
		}
		w, closing = f, f.Close
	}
	write := r.WriteText
	if o.json {
		write = r.WriteJSON
	}
	return errors.Join(write(w), closing())
}
