package main

import (
	"fmt"
	"strconv"
	"strings"
	"time"
)

// forced is how often each boundary of the section of units.c is aborted in the contest.
const forced = 20000

// exercising compares how many aborts a second are forced by `exercise` with raw C that only
// continues a program at an int3 inside its section.
func exercising(b *built) contest {
	return contest{
		title:      "aborts forced at each instruction of a section",
		unit:       "aborts/s",
		moreIsGood: true,
		target:     "0.5 × raw C at least",
		contenders: []contender{
			{"rseqstep", func() (float64, error) {
				run := func(times int) (aborts float64, wall time.Duration, err error) {
					o, err := launch(b.rseqstep, "exercise", "--times", strconv.Itoa(times), "--", b.units, "1000")
					if err != nil {
						return 0, 0, err
					}
					if !strings.Contains(o.out, "sum 1000") {
						return 0, 0, fmt.Errorf("the program did not come to its sum: %s", lastLine(o.out))
					}
					aborts, err = field(o.out, "aborts")
					return aborts, o.wall, err
				}
				few, short, err := run(1)
				if err != nil {
					return 0, err
				}
				many, long, err := run(forced)
				return (many - few) / (long - short).Seconds(), err
			}},
			{"raw C", func() (float64, error) { return printed("rate", b.rawabort, strconv.Itoa(3*forced), b.units) }},
		},
	}
}
