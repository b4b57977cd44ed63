package main

import (
	"errors"
	"fmt"

	"github.com/spf13/cobra"

	"rseqstep/cmd/rseqstep/internal/session"
	"rseqstep/stepper/opv"
)

// cpuOpvNumber is the number that cpu_opv had on x86-64 in its patches from
// 2018 on (arch/x86/entry/syscalls/syscall_64.tbl). Linux 6.11 gave it to
// uretprobe, which kills a program that calls it.
const cpuOpvNumber = 335

// lastCallNumber is the highest system call number there can be: the next bit
// says x32 (__X32_SYSCALL_BIT, arch/x86/include/uapi/asm/unistd.h).
const lastCallNumber = 1<<30 - 1

// provideOptions are the flags that give the program a cpu_opv system call.
type provideOptions struct {
	abi    string
	number uint64
}

func provideFlags(cmd *cobra.Command, o *provideOptions) {
	f := cmd.Flags()
	f.StringVar(&o.abi, "cpu-opv", "", "give the program, and the processes it makes, the cpu_opv system call as it was published: `v3` (2017) or v9 (2018)")
	f.Uint64Var(&o.number, "cpu-opv-nr", cpuOpvNumber, "system call `NUMBER` of --cpu-opv, as in 333 for programs of 2017; today's call of that number is out of the program's reach")
}

// of makes the flags what a session takes.
func (o *provideOptions) of(cmd *cobra.Command) (session.CPUOpv, error) {
	var p session.CPUOpv
	switch o.abi {
	case opv.V3.String():
		p.ABI = opv.V3
	case opv.V9.String():
		p.ABI = opv.V9
	case "":
		if cmd.Flags().Changed("cpu-opv") {
			return p, usage(errors.New("--cpu-opv wants v3 or v9"))
		}
		if cmd.Flags().Changed("cpu-opv-nr") {
			return p, usage(errors.New("--cpu-opv-nr says nothing without --cpu-opv"))
		}
		return p, nil
	default:
		return p, usage(fmt.Errorf("--cpu-opv wants v3 or v9, not %q", o.abi))
	}
	if o.number == 0 || o.number > lastCallNumber {
		return p, usage(fmt.Errorf("--cpu-opv-nr %d: there is no such system call number", o.number))
	}
	p.Number = o.number
	return p, nil
}
