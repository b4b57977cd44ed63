package main

import (
	"errors"
	"fmt"
	"io"
	"os"
	"runtime/debug"

	"golang.org/x/term"
)

// env is a command's access to the outside: files, the terminal, flags common to all.
type env struct {
	stdin          io.Reader
	stdout, stderr io.Writer
	tty            bool // standard input and output are terminals
	debug          bool // --debug: internal errors show their stack
}

func newEnv() *env {
	return &env{stdin: os.Stdin, stdout: os.Stdout, stderr: os.Stderr,
		tty: term.IsTerminal(int(os.Stdin.Fd())) && term.IsTerminal(int(os.Stdout.Fd()))}
}

// exitError is an error with the exit status that it causes. Err may be nil.
type exitError struct {
	Status int
	Err    error
}

func (e *exitError) Error() string {
	if e.Err == nil {
		return fmt.Sprintf("status %d", e.Status)
	}
	return e.Err.Error()
}

func (e *exitError) Unwrap() error { return e.Err }

// run runs a command line and returns the exit status: 1 if the command failed, 2 if
// the command line is wrong.
func run(e *env, args []string) (status int) {
	defer func() {
		if r := recover(); r != nil {
			fmt.Fprintf(e.stderr, "rseqstep: internal error: %v\nThis is a bug in rseqstep; please report it with what you did.\n", r)
			if e.debug {
				e.stderr.Write(debug.Stack())
			} else {
				fmt.Fprintln(e.stderr, "Run again with --debug for the stack trace.")
			}
			status = 70 // EX_SOFTWARE of sysexits.h
		}
	}()
	root := newRootCmd(e)
	args, err := gdbLine(root, args)
	if err == nil {
		root.SetArgs(args)
		err = root.Execute()
	}
	var exit *exitError
	switch {
	case err == nil:
		return 0
	case errors.As(err, &exit):
		if exit.Err != nil {
			fmt.Fprintf(e.stderr, "rseqstep: %v\n", exit.Err)
		}
		return exit.Status
	}
	fmt.Fprintf(e.stderr, "rseqstep: %v\n", err)
	return 1
}
