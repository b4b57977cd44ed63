package main

import (
	"errors"
	"fmt"
	"strconv"

	"github.com/spf13/cobra"
)

func newAttachCmd(e *env) *cobra.Command {
	o := &options{}
	cmd := &cobra.Command{
		Use:   "attach PID",
		Short: "Debug a running process",
		Long: `Stops all threads of the process and opens the prompt. When you leave the
debugger, the process continues as it was before.

If the debugger itself is killed, the process survives if the debugger has left
nothing in it: before the first step, or running with no breakpoints. Otherwise
it is killed too, rather than run with a stray trap or unprotected restartable
sequences.

--cpu-opv works on a running process only for call number 335, and only if the
kernel answers that call with SIGILL (Linux 6.11 and later). After the debugger
detaches, the process no longer has the call.`,
		Args: func(cmd *cobra.Command, args []string) error {
			if len(args) != 1 {
				return usage(fmt.Errorf("attach needs one process id"))
			}
			return nil
		},
		RunE: func(cmd *cobra.Command, args []string) error {
			pid, err := strconv.Atoi(args[0])
			if err != nil || pid <= 0 {
				return usage(fmt.Errorf("%q is not a process id", args[0]))
			}
			o.pid = pid
			return attachTo(e, o, cmd, nil)
		},
	}
	debugFlags(cmd, o)
	provideFlags(cmd, &o.provide)
	return cmd
}

// attachTo debugs the running process o.pid. args may name its program.
func attachTo(e *env, o *options, cmd *cobra.Command, args []string) (err error) {
	switch {
	case o.pid < 0:
		return usage(fmt.Errorf("\"%d\" is not a process id", o.pid))
	case len(args) > 1 || o.core != "":
		return usage(errors.New("a process has its arguments already, and is no core file"))
	}
	if o.cpuOpv, err = o.provide.of(cmd); err != nil {
		return err
	}
	d, err := newDebugger(e, o)
	if err != nil {
		return err
	}
	if o.batch && len(o.script) == 0 {
		o.script = []scriptPart{{text: "detach"}}
	}
	return d.whole(func() error {
		if len(args) == 1 {
			if err := d.session.SetProgram(findProgram(args[0])); err != nil {
				return err
			}
		}
		return d.session.Attach(o.pid)
	})
}
