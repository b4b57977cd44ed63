package main

import (
	"errors"
	"fmt"

	"github.com/spf13/cobra"

	"rseqstep/stepper"
	"rseqstep/stepper/opv"
)

// provideOptions are the flags that give the program a cpu_opv system call.
type provideOptions struct {
	abi    string
	number uint64
}

func provideFlags(cmd *cobra.Command, o *provideOptions) {
	f := cmd.Flags()
	f.StringVar(&o.abi, "cpu-opv", "", "give the program, and the processes it makes, the cpu_opv system call as it was published: `v3` (2017) or v9 (2018)")
	f.Uint64Var(&o.number, "cpu-opv-nr", stepper.CPUOpvNumber, "system call `NUMBER` of --cpu-opv, as in 333 for programs of 2017; today's call of that number is out of the program's reach")
}

// of is what the flags say.
func (o *provideOptions) of(cmd *cobra.Command) (stepper.CPUOpv, error) {
	if o.abi == "" {
		if cmd.Flags().Changed("cpu-opv") {
			return stepper.CPUOpv{}, usage(errors.New("--cpu-opv wants v3 or v9"))
		}
		if cmd.Flags().Changed("cpu-opv-nr") {
			return stepper.CPUOpv{}, usage(errors.New("--cpu-opv-nr says nothing without --cpu-opv"))
		}
		return stepper.CPUOpv{}, nil
	}
	if o.abi != opv.V3.String() && o.abi != opv.V9.String() {
		return stepper.CPUOpv{}, usage(fmt.Errorf("--cpu-opv wants v3 or v9, not %q", o.abi))
	}
	p, err := stepper.ParseCPUOpv(o.abi, o.number)
	if err != nil {
		return p, usage(fmt.Errorf("--cpu-opv-nr %w", err))
	}
	return p, nil
}
