package main

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"runtime/debug"

	"github.com/spf13/cobra"

	"rseqstep/gdbscripts"
)

func newGDBScriptCmd(e *env) *cobra.Command {
	var only bool
	cmd := &cobra.Command{
		Use:   "gdb-script [DIR]",
		Short: "Write the Python script for gdb and print its path",
		Long: `Writes the script that teaches gdb about restartable sequences into DIR, or into
$XDG_DATA_HOME/rseqstep/gdb (~/.local/share/rseqstep/gdb), and prints the path
of the file to load in gdb 12 or later. If the directory has this version
already, the command changes nothing.`,
		Example: `  gdb -x "$(rseqstep gdb-script)" ./prog               one session
  echo "source $(rseqstep gdb-script)" >> ~/.gdbinit   every session`,
		Args: func(cmd *cobra.Command, args []string) error {
			if len(args) > 1 {
				return usage(errors.New("gdb-script takes one directory, or none"))
			}
			return nil
		},
		RunE: func(cmd *cobra.Command, args []string) error {
			dir, err := scriptDir(args)
			if err != nil {
				return err
			}
			path := gdbscripts.Path(dir)
			if !only {
				if path, err = gdbscripts.Install(dir, release()); err != nil {
					return fmt.Errorf("writing the gdb script: %w", err)
				}
			}
			_, err = fmt.Fprintln(e.stdout, path)
			return err
		},
	}
	cmd.Flags().BoolVar(&only, "print-path", false, "write nothing, only print where the script would be")
	return cmd
}

// scriptDir returns the directory for the script: the one given, or the user's own data
// directory. See the XDG Base Directory Specification, which ignores paths that are not
// absolute.
func scriptDir(args []string) (string, error) {
	if len(args) == 1 {
		return filepath.Abs(args[0])
	}
	data := os.Getenv("XDG_DATA_HOME")
	if !filepath.IsAbs(data) {
		home, err := os.UserHomeDir()
		if err != nil {
			return "", fmt.Errorf("%w; give a directory to write the script into", err)
		}
		data = filepath.Join(home, ".local", "share")
	}
	return filepath.Join(data, "rseqstep", "gdb"), nil
}

// release is this build's version in one word.
func release() string {
	if info, ok := debug.ReadBuildInfo(); ok && info.Main.Version != "" && info.Main.Version != "(devel)" {
		return info.Main.Version
	}
	return "dev"
}
