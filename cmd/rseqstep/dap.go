package main

import (
	"bufio"
	"errors"
	"fmt"
	"io"

	"github.com/spf13/cobra"

	"rseqstep/cmd/rseqstep/internal/dap"
)

func newDAPCmd(e *env) *cobra.Command {
	var address string
	var allowRemote bool
	var provide provideOptions
	cmd := &cobra.Command{
		Use:   "dap [--listen HOST:PORT|unix:PATH]",
		Short: "Debug C and C++ programs from an editor (Debug Adapter Protocol)",
		Long: `Serves one editor by the Debug Adapter Protocol: on standard input and output,
or on an address to which the editor connects. For Go programs use "rseqstep dlv
dap", which debugs C and C++ programs too.

--cpu-opv applies to programs whose launch configuration does not set "cpuOpv".`,
		Example: `  rseqstep dap                             as an editor starts its adapters
  rseqstep dap --listen 127.0.0.1:4711     for editors that connect to a port`,
		Args: func(cmd *cobra.Command, args []string) error {
			if len(args) > 0 {
				return usage(errors.New("the program to debug is named by the editor, in its launch configuration"))
			}
			return nil
		},
		RunE: func(cmd *cobra.Command, args []string) error {
			cpuOpv, err := provide.of(cmd)
			if err != nil {
				return err
			}
			conn, err := editor(e, address, allowRemote)
			if err == nil {
				defer conn.Close()
				err = dap.Serve(dap.Config{In: bufio.NewReader(conn), Out: conn, About: version(), CPUOpv: cpuOpv})
			}
			if err != nil {
				return &exitError{Status: 1, Err: err}
			}
			return nil
		},
	}
	cmd.Flags().StringVarP(&address, "listen", "l", "", "wait for the editor to connect to `ADDRESS`; port 0 picks a free port")
	cmd.Flags().BoolVar(&allowRemote, "allow-remote", false, "listen on an address that other machines can reach, without authentication")
	provideFlags(cmd, &provide)
	return cmd
}

// editor returns the connection to the editor: the first one made to an address, or
// standard input and output for "".
func editor(e *env, address string, allowRemote bool) (io.ReadWriteCloser, error) {
	if address == "" {
		return stdioConn{e.stdin, e.stdout}, nil
	}
	l, err := listen(address, allowRemote, e.stderr)
	if err != nil {
		return nil, err
	}
	defer l.Close()
	// Editors wait for this line, which is Delve's.
	fmt.Fprintf(e.stdout, "DAP server listening at: %s\n", l.Addr())
	for {
		conn, err := l.Accept()
		if err != nil {
			return nil, err
		}
		same, err := sameUser(conn)
		if same || allowRemote {
			return conn, nil
		}
		fmt.Fprintf(e.stderr, "rseqstep: refused a connection from %v: cannot tell that it belongs to this user (%v)\n", conn.RemoteAddr(), err)
		conn.Close()
	}
}
