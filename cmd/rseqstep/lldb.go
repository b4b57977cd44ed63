package main

import (
	"os"
	"path/filepath"

	"github.com/spf13/cobra"

	"rseqstep/delve"
)

// lldbServerVariable is where lldb, lldb-dap and CodeLLDB look for their server
// (ProcessGDBRemote in lldb's source).
const lldbServerVariable = "LLDB_DEBUGSERVER_PATH"

func newLLDBCmd(e *env) *cobra.Command {
	lldb := host{name: "lldb", variable: "RSEQSTEP_LLDB", get: "install lldb (Debian, Ubuntu: apt install lldb)"}
	return &cobra.Command{
		Use: "lldb [--lldb PATH] [LLDB ARGUMENTS...]", DisableFlagsInUseLine: true,
		Short: "Run your own lldb, with rseqstep as its server",
		Long: `Runs your own lldb with rseqstep in place of its lldb-server: process launch,
run, attach and -p use rseqstep, and step, next, finish and the instruction
steps run each restartable sequence and vDSO function as a unit. All arguments
are lldb's. "lldb --help" is lldb's own help.

--lldb PATH, before "--", or the variable RSEQSTEP_LLDB names another lldb than
the one on PATH; lldb-dap is possible as well. Under a file name that ends in
"lldb" (a symbolic link is enough) rseqstep acts as "rseqstep lldb".`,
		Example: `  rseqstep lldb -- ./prog arg
  rseqstep lldb -p 1234
  rseqstep lldb --lldb lldb-dap`,
		DisableFlagParsing: true, // all of them are lldb's
		ValidArgsFunction: func(*cobra.Command, []string, string) ([]string, cobra.ShellCompDirective) {
			return nil, cobra.ShellCompDirectiveDefault
		},
		RunE: func(cmd *cobra.Command, args []string) error {
			if len(args) == 1 && (args[0] == "--help" || args[0] == "-h") {
				return cmd.Help()
			}
			named, args, err := lldb.named(args)
			if err != nil {
				return err
			}
			path, err := lldb.find(named)
			if err != nil {
				return err
			}
			backend, err := delve.Backend()
			if err != nil {
				return err
			}
			server := filepath.Join(filepath.Dir(backend), delve.LLDBServerName)
			return replaceProcess(path, args, append(os.Environ(), lldbServerVariable+"="+server))
		},
	}
}
