package main

import (
	"errors"
	"fmt"
	"io"
	"os"
	"time"

	"github.com/spf13/cobra"

	"rseqstep/check"
	"rseqstep/check/code"
	"rseqstep/check/rules"
	"rseqstep/cmd/rseqstep/internal/show"
)

// checkOptions are the flags of the command check.
type checkOptions struct {
	json, sarif bool
	failOn      string
	suppress    string // path of the file, "" for none
	max         int    // places of each rule; -1: as the form of the output has it
	kernels     string
	noColor     bool
	html        string // path of the page, "" for none

	pid      int           // watch this process
	duration time.Duration // for so long; 0: until it ends
	stop     bool          // open the prompt at the first finding
	output   string        // path of the report, "" for none
}

// maxShown is how many places of each rule the text shows without --max.
const maxShown = 10

func newCheckCmd(e *env) *cobra.Command {
	o := &checkOptions{max: -1}
	cmd := &cobra.Command{
		Use:   "check [flags] FILE | -- PROGRAM [ARGS...] | --pid PID",
		Short: "Find what is wrong in a program's use of rseq",
		Long: `Checks a program's use of restartable sequences against the kernel's rules. For
each finding it prints the rule and who says so, the place, what happens on
which kernels, and what to do.

FILE is an ELF file of any machine. Its declarations are read, and on 64-bit x86
and arm64 the code of its sections and around them. Nothing is run.

With -- and a program, or with --pid, the program is watched while it runs: who
writes the fields that belong to the kernel, who registers and what the kernel
answers, and whether each section is entered with the registered area. It stops
for nothing that breaks no rule, so it runs nearly as fast as alone. Ctrl-C, or
the end of --for, ends the watch; the program goes on as it was. Its output is
its own, and the report says how it ended.

What is not found is not proved absent: the last line says what was looked at.
The exit status is 1 if there are findings, 2 if the check could not be made.
docs/check.md lists the rules.`,
		Example: `  rseqstep check ./prog
  rseqstep check --kernel=6.19,7.1 ./liballoc.so
  rseqstep check -- ./server --port 8080
  rseqstep check --pid 1234 --for 10s
  rseqstep check --html page.html ./prog
  rseqstep check --sarif --fail-on=error ./prog > prog.sarif`,
		Args: func(cmd *cobra.Command, args []string) error {
			attach := cmd.Flags().Changed("pid")
			watch := cmd.ArgsLenAtDash() == 0 || attach
			switch {
			case attach && len(args) > 0:
				return usage(errors.New("check watches either a process (--pid) or a program"))
			case attach && o.pid <= 0:
				return usage(fmt.Errorf("--pid: %d is not a process id", o.pid))
			case watch && !attach && len(args) == 0:
				return usage(errors.New("check needs a program after --"))
			case !watch && len(args) != 1:
				return usage(errors.New("check needs one file, or -- and a program"))
			case !watch && (cmd.Flags().Changed("for") || o.stop):
				return usage(fmt.Errorf("--for and --stop are for a program that runs: check -- %s", args[0]))
			case cmd.Flags().Changed("for") && o.duration <= 0:
				return usage(fmt.Errorf("--for is how long to watch, not %v", o.duration))
			case o.json && o.sarif:
				return usage(errors.New("check writes either JSON or SARIF"))
			case cmd.Flags().Changed("max") && o.max < 0:
				return usage(fmt.Errorf("--max is a number of places, not %d", o.max))
			}
			return nil
		},
		RunE: func(cmd *cobra.Command, args []string) error {
			return runCheck(e, o, args, cmd.ArgsLenAtDash() == 0 || o.pid != 0)
		},
	}
	f := cmd.Flags()
	f.BoolVar(&o.json, "json", false, "print JSON")
	f.BoolVar(&o.sarif, "sarif", false, "print SARIF 2.1.0, for code review systems and editors")
	f.StringVar(&o.failOn, "fail-on", "warning", "exit with status 1 if there is a finding of this `SEVERITY` or worse: error, warning, note or never")
	f.StringVar(&o.suppress, "suppress", "", "leave out the findings that `FILE` lists: on each line a rule, a function and a module (* stands for any text)")
	f.IntVar(&o.max, "max", -1, "report at most `N` places of each rule, 0 for all (the default is 10 for the text and all for JSON, SARIF and the page)")
	f.StringVar(&o.kernels, "kernel", "all", "judge for these kernels only: a `LIST` such as 6.18,6.19,7.1 (7.1-legacy, 7.1-optimized)")
	f.StringVar(&o.html, "html", "", "write a page with annotated listings to `FILE`, too")
	f.BoolVar(&o.noColor, "no-color", false, "do not use colours (NO_COLOR has the same effect)")
	watchFlags(cmd, o)
	f.Lookup("max").DefValue = "0" // pflag shows no zero
	return cmd
}

// runCheck checks a file, or a program while it runs. Its errors have the exit status 1 for findings
// and 2 for a check that could not be made.
func runCheck(e *env, o *checkOptions, args []string, watch bool) error {
	apply, failOn, err := o.options()
	if err != nil {
		return usage(err)
	}
	target := fmt.Sprintf("process %d", o.pid)
	if len(args) > 0 {
		target = args[0]
	}
	w, closing, err := o.reportTo(e, watch && o.pid == 0)
	if err != nil {
		return &exitError{Status: check.StatusFailed, Err: err}
	}
	r := check.NewReport(version(), target, rules.All())
	if watch {
		err = watchProgram(e, o, r, args)
	} else {
		err = checkFile(r, args[0])
	}
	if err != nil {
		return &exitError{Status: check.StatusFailed, Err: errors.Join(err, closing())}
	}
	limit := apply.Max
	apply.Max = max(o.max, 0) // the page has all, like JSON, unless --max is given
	r.Apply(apply)
	if o.html != "" {
		err = writePage(o.html, checkPage(r))
	}
	r.Limit(limit)
	if err := errors.Join(err, o.write(w, r), closing()); err != nil {
		return &exitError{Status: check.StatusFailed, Err: err}
	}
	if status := r.Status(failOn); status != check.StatusClean {
		return &exitError{Status: status}
	}
	return nil
}

// options reads the flags that say what is reported, and the file of suppressions.
func (o *checkOptions) options() (apply check.Options, failOn check.Severity, err error) {
	if o.failOn != "never" {
		if failOn, err = check.ParseSeverity(o.failOn); err != nil {
			return apply, 0, fmt.Errorf("--fail-on: %w, or never", err)
		}
	}
	if apply.Kernels, err = check.ParseKernels(o.kernels); err != nil {
		return apply, 0, fmt.Errorf("--kernel: %w", err)
	}
	apply.Max = o.max
	if o.max < 0 {
		apply.Max = maxShown
		if o.json || o.sarif {
			apply.Max = 0
		}
	}
	if o.suppress == "" {
		return apply, failOn, nil
	}
	f, err := os.Open(o.suppress)
	if err != nil {
		return apply, 0, fmt.Errorf("--suppress: %w", err)
	}
	defer f.Close()
	apply.Suppress, err = check.ParseSuppressions(f)
	if err == nil {
		err = apply.Suppress.Check(rules.All())
	}
	if err != nil {
		return apply, 0, fmt.Errorf("--suppress: %s: %w", o.suppress, err)
	}
	return apply, failOn, nil
}

// write writes the report in the form that was asked for, in place of what a file contained.
func (o *checkOptions) write(w io.Writer, r *check.Report) error {
	file, _ := w.(*os.File)
	if o.output != "" {
		if info, err := file.Stat(); err == nil && info.Mode().IsRegular() {
			if err := file.Truncate(0); err != nil {
				return err
			}
		}
	}
	switch {
	case o.json:
		return r.WriteJSON(w)
	case o.sarif:
		return r.WriteSARIF(w)
	}
	return r.WriteText(w, paintFor(show.StyleFor(file, o.noColor)))
}

// paintFor is a Style as package check takes it.
func paintFor(s show.Style) check.Paint {
	return check.Paint{Error: s.Bad, Warning: s.Here, Note: s.Note, Function: s.Func, File: s.File, Address: s.Addr, Dim: s.Dim}
}

// checkFile adds what is wrong in a file.
func checkFile(r *check.Report, path string) error {
	f, err := code.Open(path)
	if errors.Is(err, os.ErrNotExist) {
		return fmt.Errorf("%s: no such file", path)
	}
	if err != nil {
		return err
	}
	defer f.Close()
	rules.File(r, f)
	return nil
}
