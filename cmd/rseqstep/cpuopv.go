package main

import (
	"errors"
	"fmt"

	"github.com/spf13/cobra"

	"rseqstep/stepper/opv"
	"rseqstep/stepper/provide"
)

// provideOptions are the flags that provide a cpu_opv system call to the program.
type provideOptions struct {
	abi    string
	number uint64
}

func provideFlags(cmd *cobra.Command, o *provideOptions) {
	f := cmd.Flags()
	f.StringVar(&o.abi, "cpu-opv", "", "emulate the cpu_opv system call, which was proposed for Linux but never merged, for the program and its child processes; `ABI` is v3 (2017) or v9 (2018)")
	f.Uint64Var(&o.number, "cpu-opv-nr", provide.Number, "system call `NUMBER` of cpu_opv, such as 333 in programs of 2017; the program cannot make the call that has this number today")
}

// of returns the system call that the flags ask for.
func (o *provideOptions) of(cmd *cobra.Command) (provide.CPUOpv, error) {
	if o.abi == "" {
		if cmd.Flags().Changed("cpu-opv") {
			return provide.CPUOpv{}, usage(errors.New("--cpu-opv needs v3 or v9"))
		}
		if cmd.Flags().Changed("cpu-opv-nr") {
			return provide.CPUOpv{}, usage(errors.New("--cpu-opv-nr has no meaning without --cpu-opv"))
		}
		return provide.CPUOpv{}, nil
	}
	if o.abi != opv.V3.String() && o.abi != opv.V9.String() {
		return provide.CPUOpv{}, usage(fmt.Errorf("--cpu-opv needs v3 or v9, not %q", o.abi))
	}
	p, err := provide.Parse(o.abi, o.number)
	if err != nil {
		return p, usage(fmt.Errorf("--cpu-opv-nr %w", err))
	}
	return p, nil
}
