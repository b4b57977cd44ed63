package main

import (
	"fmt"
	"os"

	"github.com/spf13/cobra"

	"rseqstep/gdbscripts"
)

func newGDBCmd(e *env) *cobra.Command {
	gdb := host{name: "gdb", variable: "RSEQSTEP_GDB", get: "install gdb 12 or later with Python (Debian, Ubuntu: apt install gdb)"}
	return &cobra.Command{
		Use: "gdb [--gdb PATH] [GDB ARGUMENTS...]", DisableFlagsInUseLine: true,
		Short: "Run your own gdb, with rseqstep as its target",
		Long: `Runs your own gdb with rseqstep's script loaded and "rseq on" as the default:
run, start, attach, -p and an editor's commands then use rseqstep's server, and
next, step, stepi, until, finish and continue run each restartable sequence and
vDSO function as a unit. All arguments are gdb's; so are the prompt, TUI, MI,
pretty-printers, your init files and the exit status. "rseq off" makes gdb
plain again; "help rseq" lists what the script adds; "gdb --help" is gdb's own
help.

--gdb PATH, before --args, or the variable RSEQSTEP_GDB names another gdb than
the one on PATH. It must be gdb 12 or later and have Python.

Under a file name that ends in "gdb" (a symbolic link is enough) rseqstep acts
as "rseqstep gdb". An editor that asks for the path of a gdb takes such a link.`,
		Example: `  rseqstep gdb --args ./prog arg
  rseqstep gdb -p 1234
  rseqstep gdb ./prog core
  ln -s "$(command -v rseqstep)" ~/bin/rseqstep-gdb
      then "miDebuggerPath": "/home/me/bin/rseqstep-gdb"`,
		DisableFlagParsing: true, // all of them are gdb's
		ValidArgsFunction: func(*cobra.Command, []string, string) ([]string, cobra.ShellCompDirective) {
			return nil, cobra.ShellCompDirectiveDefault
		},
		RunE: func(cmd *cobra.Command, args []string) error {
			if len(args) == 1 && (args[0] == "--help" || args[0] == "-h") {
				return cmd.Help()
			}
			named, args, err := gdb.named(args)
			if err != nil {
				return err
			}
			path, err := gdb.find(named)
			if err != nil {
				return err
			}
			before, err := gdbBefore()
			if err != nil {
				return err
			}
			return replaceProcess(path, append(before, args...), os.Environ())
		},
	}
}

// gdbBefore are the arguments that load the script. gdb executes -iex after the user's
// init file, and before it attaches or reads a core file.
func gdbBefore() ([]string, error) {
	dir, err := scriptDir(nil)
	if err != nil {
		return nil, err
	}
	script, err := gdbscripts.Install(dir, release())
	if err != nil {
		return nil, fmt.Errorf("writing the gdb script: %w; XDG_DATA_HOME can name another directory", err)
	}
	self, err := os.Executable()
	if err != nil {
		return nil, err
	}
	return []string{"-iex", "source " + script, "-iex", "source " + gdbscripts.Check(dir),
		"-iex", "set rseq binary " + self, "-iex", "set rseq auto on"}, nil
}
