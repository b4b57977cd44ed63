package main

import (
	"errors"
	"fmt"
	"io"
	"os"
	"strconv"
	"syscall"

	"rseqstep/cmd/rseqstep/internal/commands"
	"rseqstep/cmd/rseqstep/internal/prompt"
	"rseqstep/cmd/rseqstep/internal/session"
)

// debugger is a session with its prompt.
type debugger struct {
	env     *env
	options *options
	session *session.Session
	interp  *prompt.Interp
	term    *prompt.Terminal // nil when input does not come from a terminal
	logs    *logs
	json    *os.File // --json=FD|FILE; nil for none, or standard output
}

func newDebugger(e *env, o *options) (*debugger, error) {
	logs, err := openLogs(o.log, e.stderr)
	if err != nil {
		return nil, err
	}
	d := &debugger{env: e, options: o, logs: logs}
	var objects io.Writer
	switch fd, err := strconv.Atoi(o.json); {
	case o.json == "":
	case err == nil && fd == 1:
		objects = e.stdout
	case err == nil && fd == 2:
		objects = e.stderr
	case err == nil && fd > 2:
		d.json = os.NewFile(uintptr(fd), "--json")
		if _, err := d.json.Stat(); err != nil {
			return nil, usage(fmt.Errorf("--json: file descriptor %d is not open", fd))
		}
		syscall.CloseOnExec(fd) // the program does not get it
		objects = d.json
	default:
		if d.json, err = os.Create(o.json); err != nil {
			return nil, &exitError{Status: 1, Err: fmt.Errorf("--json: %w", err)}
		}
		objects = d.json
	}
	settings := session.DefaultSettings()
	settings.ASLR = o.aslr
	d.session = session.New(session.Config{Out: e.stdout, Err: e.stderr, Style: e.style(o.noColor), JSON: objects, TTY: e.tty && !o.batch, Batch: o.batch, Logs: logs.Logs,
		Cwd: o.cwd, CPUOpv: o.cpuOpv, Settings: settings, Confirm: d.confirm, About: version()})
	d.interp = &prompt.Interp{Err: e.stderr, Ask: "(rseqstep) "}
	if w := logs.commands; w != nil {
		d.interp.Log = func(line string) { fmt.Fprintf(w, "# %s\n", line) }
	}
	commands.All(d.interp, d.session)
	return d, nil
}

// debugProgram is `rseqstep PROGRAM ARGS`.
func debugProgram(e *env, o *options, args []string) error {
	d, err := newDebugger(e, o)
	if err != nil {
		return err
	}
	return d.whole(func() error {
		if len(args) > 0 {
			d.session.Args = args[1:]
			if err := d.session.SetProgram(findProgram(args[0])); err != nil {
				return err
			}
		}
		if o.core != "" {
			return d.session.OpenCore(o.core)
		}
		return nil
	})
}

// whole opens a session, runs what was asked for, and closes it.
func (d *debugger) whole(open func() error) (err error) {
	defer func() {
		err = errors.Join(err, d.close())
		if d.session.Unread() {
			err = d.status(128 + int(syscall.SIGPIPE)) // as the shell reports a program that it killed
		}
	}()
	if d.options.cd != "" {
		if err := os.Chdir(d.options.cd); err != nil {
			return &exitError{Status: 1, Err: err}
		}
	}
	for _, dir := range d.options.directory {
		d.session.SourceDirs(dir)
	}
	err = d.initialize()
	if err == nil {
		err = d.script(d.options.first)
	}
	if err == nil {
		if err := open(); err != nil {
			return &exitError{Status: 1, Err: err}
		}
		err = d.script(d.options.script)
	}
	var quit *prompt.Quit
	switch {
	case errors.As(err, &quit):
		return d.status(quit.Status)
	case errors.Is(err, prompt.ErrReported) && (d.options.batch || !d.env.tty):
		return d.status(1)
	case err != nil && (d.options.batch || !d.env.tty):
		return &exitError{Status: 1, Err: err}
	case err != nil:
		fmt.Fprintln(d.env.stderr, err)
	}
	if d.options.batch {
		if len(d.options.script) == 0 && d.options.core == "" {
			if err := d.runOut(); err != nil {
				return err
			}
		}
		if d.interp.Failed > 0 {
			return d.status(1)
		}
		return d.passOn()
	}
	return d.converse()
}

// commands runs the lines of src: to their end, or with --stop-on-error to the first that fails.
func (d *debugger) commands(src prompt.Source) error {
	if d.options.stopOnError {
		return d.interp.Script(src)
	}
	return d.interp.GoOn(src)
}

// runOut runs the program to its end and resumes it after every stop.
func (d *debugger) runOut() error {
	for line := "run"; ; line = "continue" {
		err := d.interp.Execute(line)
		var quit *prompt.Quit
		switch {
		case errors.As(err, &quit):
			return d.status(quit.Status)
		case err != nil:
			return &exitError{Status: 1, Err: err}
		case !d.session.Live():
			return nil
		}
	}
}

// script runs -x and -e. Consecutive -e commands form one script, so that the lines of
// a "commands" block may follow it, up to "end".
func (d *debugger) script(parts []scriptPart) error {
	for i := 0; i < len(parts); {
		if parts[i].file {
			lines, err := prompt.OpenLines(parts[i].text)
			if err != nil {
				return err
			}
			if err := d.commands(lines); err != nil {
				return err
			}
			i++
			continue
		}
		lines := &prompt.Lines{}
		for ; i < len(parts) && !parts[i].file; i++ {
			lines.Text = append(lines.Text, parts[i].text)
		}
		if err := d.commands(lines); err != nil {
			return err
		}
	}
	return nil
}

// converse runs the lines that a user types or a pipe delivers.
func (d *debugger) converse() error {
	src := prompt.Until(&prompt.Pipe{R: d.env.stdin}, d.session.Terminated())
	if d.env.tty {
		t, err := d.terminal()
		if err != nil {
			return err
		}
		src = t
	}
	err := d.interp.Loop(src)
	var quit *prompt.Quit
	switch {
	case errors.As(err, &quit):
		return d.status(quit.Status)
	case err != nil:
		return &exitError{Status: 1, Err: err}
	}
	if d.term != nil {
		fmt.Fprintln(d.env.stdout) // so that the shell's prompt starts on a new line after Ctrl-D
		return nil
	}
	if d.interp.Failed > 0 {
		return d.status(1)
	}
	return nil
}

func (d *debugger) status(n int) error {
	if n == 0 {
		return nil
	}
	return &exitError{Status: n}
}

// passOn returns the program's exit status as a shell would report it. A program that
// still stands at a fatal signal counts as killed by it.
func (d *debugger) passOn() error {
	if d.session.Dying != 0 {
		return d.status(128 + d.session.Dying)
	}
	if d.session.Exited {
		return d.status(d.session.ExitCode)
	}
	return nil
}

// terminal opens the terminal at which the user types. Precondition: there is one.
func (d *debugger) terminal() (*prompt.Terminal, error) {
	if d.term == nil {
		t, err := prompt.NewTerminal(d.session.Terminated(), d.interp.Completions)
		if err != nil {
			return nil, err
		}
		d.term = t
	}
	return d.term, nil
}

// confirm asks the user a question.
func (d *debugger) confirm(q prompt.Question) (bool, error) {
	t, err := d.terminal()
	if err != nil {
		return false, err
	}
	return t.Ask(q, d.env.stdout)
}

func (d *debugger) close() error {
	err := d.session.Close()
	if d.term != nil {
		err = errors.Join(err, d.term.Close())
	}
	err = errors.Join(err, d.logs.close())
	if d.json != nil {
		err = errors.Join(err, d.json.Close())
	}
	return err
}
