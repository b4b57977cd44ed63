package main

import (
	"errors"

	"github.com/spf13/cobra"

	"rseqstep/check"
)

// watchFlags defines the flags for watching a program: none yet.
func watchFlags(*cobra.Command, *checkOptions) {}

// watchProgram refuses: only files are checked.
func watchProgram(*env, *checkOptions, *check.Report, []string) error {
	return usage(errors.New("check reads a file; it does not run programs"))
}
