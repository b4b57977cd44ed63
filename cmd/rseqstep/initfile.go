package main

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"

	"rseqstep/cmd/rseqstep/internal/prompt"
)

// initFile returns the path of the user's commands that are run at the start.
func initFile() string {
	dir, err := os.UserConfigDir() // $XDG_CONFIG_HOME, or ~/.config
	if err != nil {
		return ""
	}
	return filepath.Join(dir, "rseqstep", "init")
}

// localFile is a file of commands in the working directory, which may be anybody's: it is run
// only if the user says so.
const localFile = ".rseqstep"

// initialize runs the user's init file, and that of the working directory if the user agrees.
func (d *debugger) initialize() error {
	if d.options.nx {
		return nil
	}
	if path := initFile(); path != "" {
		if err := d.initFrom(path); err != nil {
			return err
		}
	}
	if _, err := os.Stat(localFile); err != nil {
		return nil
	}
	if !d.env.tty || d.options.batch {
		if d.options.batch {
			return nil
		}
		fmt.Fprintf(d.env.stderr, "note: the commands in ./%s are not run without a terminal; \"source %s\" runs them\n", localFile, localFile)
		return nil
	}
	dir, err := os.Getwd()
	if err != nil {
		return err
	}
	yes, err := d.confirm(prompt.Question{Text: fmt.Sprintf("Run the commands in %s?", filepath.Join(dir, localFile)), No: true})
	if err != nil || !yes {
		return err
	}
	return d.initFrom(localFile)
}

// initFrom runs a file of commands that need not be there.
func (d *debugger) initFrom(path string) error {
	lines, err := prompt.OpenLines(path)
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	if err != nil {
		return err
	}
	failed := d.interp.Failed
	err = d.interp.GoOn(lines)
	d.interp.Failed = failed // the exit status is about what the user asked for
	return err
}
