package main

import (
	"fmt"
	"strconv"
	"strings"
	"time"
)

// units is how many sections the contest of units steps, one by one.
const units = 10000

// aborting counts the aborts of 10,000 units, each of which is stepped.
func aborting(b *built) contest {
	return contest{
		title:  fmt.Sprintf("aborts of %d units stepped by stepi, from main to the end", units),
		unit:   "aborts",
		target: "10 at most",
		contenders: []contender{
			{"rseqstep", func() (float64, error) {
				// More steps than the program has: it ends first.
				o, err := launch(b.rseqstep, "--batch", "-e", "break main", "-e", "run", "-e", "stepi 100000000", b.units, strconv.Itoa(units))
				if err != nil {
					return 0, err
				}
				if !strings.Contains(o.out, fmt.Sprintf("sum %d", units)) {
					return 0, fmt.Errorf("the program did not come to its sum: %s", lastLine(o.out))
				}
				return field(o.out, "aborts")
			}},
			{"untraced", func() (float64, error) { return printed("aborts", b.units, strconv.Itoa(units)) }},
			{"raw C, one CPU", func() (float64, error) {
				return printed("aborts", b.rawunit, "-p", strconv.Itoa(units), b.units)
			}},
		},
	}
}

// unitRate compares the cost of a unit, from the arming store to its exit, and of the
// plain steps to the next one: it runs the program's whole loop by stepi, and raw C
// that does just the same with addresses known in advance.
func unitRate(b *built) contest {
	n := strconv.Itoa(units)
	return contest{
		title:  "one unit and the plain steps to the next, by stepi",
		unit:   "µs",
		target: "1.3 × raw C on one CPU at most",
		contenders: []contender{
			{"rseqstep", func() (float64, error) {
				run := func(n string) (time.Duration, error) {
					o, err := launch(b.rseqstep, "--batch", "-e", "break main", "-e", "run", "-e", "stepi 100000000", b.units, n)
					return o.wall, err
				}
				few, err := run("1")
				if err != nil {
					return 0, err
				}
				many, err := run(n)
				return float64((many - few).Microseconds()) / (units - 1), err
			}},
			{"raw C, one CPU", func() (float64, error) { return printed("each", b.rawunit, "-p", "-s", n, b.units) }},
			{"raw C, one CPU, the unit alone", func() (float64, error) { return printed("unit", b.rawunit, "-p", "-s", n, b.units) }},
			{"raw C", func() (float64, error) { return printed("each", b.rawunit, "-s", n, b.units) }},
		},
	}
}

// hotLine compares `next` over a line of 10,000,000 sections with the same line
// untraced. The program times the line itself.
func hotLine(b *built) contest {
	return contest{
		title:  "next over a line of 10,000,000 sections",
		unit:   "ms",
		target: "1.2 × untraced + 50 ms at most; a ratio below 1 is what ours costs",
		contenders: []contender{
			{"rseqstep", func() (float64, error) {
				ns, err := printed("ns", b.rseqstep, "--batch", "-e", "break "+b.hotPlace, "-e", "run", "-e", "next", "-e", "continue", b.hotline)
				return ns / 1e6, err
			}},
			{"untraced", func() (float64, error) {
				ns, err := printed("ns", b.hotline)
				return ns / 1e6, err
			}},
		},
	}
}

// printed runs a program and returns the number that it prints after a word.
func printed(name string, argv ...string) (float64, error) {
	o, err := launch(argv...)
	if err != nil {
		return 0, err
	}
	return field(o.out, name)
}
