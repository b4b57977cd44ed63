package main

import (
	"fmt"
	"strconv"
	"time"
)

// steps is how many instructions the contest of stepping steps.
const steps = 20000

// stepping compares the rate of `stepi 20000` from main, in a loop of integer
// instructions.
func stepping(b *built) contest {
	n := strconv.Itoa(steps)
	return contest{
		title:      "stepi " + n,
		unit:       "steps a second",
		moreIsGood: true,
		target:     "5 × gdb at least; 0.95 × raw C on one CPU with GETREGS",
		contenders: []contender{
			{"rseqstep", rate(
				[]string{b.rseqstep, "--batch", "-e", "break main", "-e", "run"},
				[]string{"-e", "stepi " + n}, []string{b.loop})},
			{"gdb", rate(
				[]string{"gdb", "-nx", "--batch", "-ex", "break main", "-ex", "run"},
				[]string{"-ex", "stepi " + n}, []string{b.loop})},
			{"gdb on gdbserver", rate(
				[]string{"gdb", "-nx", "--batch", "-ex", "target remote | gdbserver --once - " + b.loop, "-ex", "break main", "-ex", "continue"},
				[]string{"-ex", "stepi " + n}, []string{"-ex", "kill", b.loop})},
			{"lldb", rate(
				[]string{"lldb", "--no-lldbinit", "--batch", "-o", "breakpoint set -n main", "-o", "run"},
				[]string{"-o", "thread step-inst -c " + n}, []string{"-o", "process kill", b.loop})},
			{"raw C", raw(b.rawstep, n, b.loop)},
			{"raw C, one CPU", raw(b.rawstep, "-p", n, b.loop)},
			{"raw C, one CPU, GETREGS", raw(b.rawstep, "-p", "-g", n, b.loop)},
		},
	}
}

// rate measures before+with+after against before+after, where with makes 20,000 steps.
func rate(before, with, after []string) func() (float64, error) {
	return rateOf(steps, before, with, after)
}

// rateOf is rate for any number of steps.
func rateOf(steps int, before, with, after []string) func() (float64, error) {
	join := func(parts ...[]string) (all []string) {
		for _, p := range parts {
			all = append(all, p...)
		}
		return all
	}
	return func() (float64, error) {
		without, err := launch(join(before, after)...)
		if err != nil {
			return 0, err
		}
		stepped, err := launch(join(before, with, after)...)
		if err != nil {
			return 0, err
		}
		if took := stepped.wall - without.wall; took > time.Millisecond {
			return float64(steps) / took.Seconds(), nil
		}
		return 0, fmt.Errorf("%s took no longer with the steps than without: it made none", before[0])
	}
}

// raw runs one of testdata/bench's programs, which prints its own rate.
func raw(argv ...string) func() (float64, error) {
	return func() (float64, error) {
		o, err := launch(argv...)
		if err != nil {
			return 0, err
		}
		return field(o.out, "rate")
	}
}
