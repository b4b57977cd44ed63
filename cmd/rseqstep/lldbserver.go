package main

import (
	"errors"
	"fmt"
	"io"
	"os"
	"strings"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"rseqstep/stepper/remote"
)

// lldbOptions are the flags that both modes of lldb-server have.
type lldbOptions struct {
	logFile, logChannels string
	allowRemote          bool
}

func newLLDBServerCmd(e *env) *cobra.Command {
	cmd := &cobra.Command{
		Use:   "lldb-server",
		Short: "Serve lldb in place of its own lldb-server",
		Long: `Accepts the command lines of lldb-server, so that lldb, lldb-dap and CodeLLDB
can start rseqstep as their server: under the file name lldb-server (a symbolic
link is enough), earlier in PATH, or named by the variable
LLDB_DEBUGSERVER_PATH. Stepping then works as with "rseqstep gdbserver".`,
		Example: `  LLDB_DEBUGSERVER_PATH=/path/to/lldb-server lldb ./prog
      where /path/to/lldb-server is a link to rseqstep
  rseqstep lldb-server gdbserver :2345 -- ./prog arg
      then in lldb: gdb-remote 2345
  rseqstep lldb-server platform --server --listen :2345
      then in lldb: platform connect connect://localhost:2345`,
		Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, args []string) error {
			return wrongLine(cmd, errors.New("give a mode: gdbserver, platform or version"))
		},
	}
	cmd.AddCommand(newLLDBGDBServerCmd(e), newLLDBPlatformCmd(e), &cobra.Command{
		Use: "version", Aliases: []string{"v"}, Short: "Print the version", Args: cobra.NoArgs,
		RunE: func(*cobra.Command, []string) error {
			_, err := fmt.Fprintf(e.stdout, "lldb-server by %s\n", version())
			return err
		},
	})
	return cmd
}

func (o *lldbOptions) flags(f *pflag.FlagSet) {
	f.StringVarP(&o.logFile, "log-file", "l", "", "write the server's own messages to `FILE` instead of standard error")
	f.StringVarP(&o.logChannels, "log-channels", "c", "", "log these `CHANNELS` of lldb; gdb-remote logs every packet, any other what the server does with the program")
	f.BoolVar(&o.allowRemote, "allow-remote", false, "listen on an address that other machines can reach, without authentication")
}

// open opens the log for the server's messages, and says which of them lldb asked for.
func (o *lldbOptions) open(e *env) (io.WriteCloser, *remote.DebugLog, error) {
	d := &remote.DebugLog{}
	d.Timestamp.Store(true)
	for _, c := range strings.Split(o.logChannels, ":") {
		switch channel, _, _ := strings.Cut(strings.TrimSpace(c), " "); channel {
		case "":
		case "gdb-remote":
			d.Packets.Store(true)
		default:
			d.General.Store(true)
		}
	}
	if o.logFile == "" {
		return nopCloser{e.stderr}, d, nil
	}
	f, err := os.OpenFile(o.logFile, os.O_CREATE|os.O_WRONLY|os.O_TRUNC, 0o600)
	return f, d, err
}

// lldbAddress translates an address from lldb-server's notation into ours: a port
// alone, "*" for every address of the machine, and lldb's URLs.
func lldbAddress(s string) string {
	for _, scheme := range []string{"listen://", "connect://", "tcp-connect://", "accept://"} {
		s = strings.TrimPrefix(s, scheme)
	}
	for _, scheme := range []string{"unix-accept://", "unix-connect://"} {
		if path, ok := strings.CutPrefix(s, scheme); ok {
			return "unix:" + path
		}
	}
	if strings.Trim(s, "0123456789") == "" && s != "" {
		return ":" + s
	}
	if port, ok := strings.CutPrefix(s, "*:"); ok {
		return "0.0.0.0:" + port
	}
	return s
}
