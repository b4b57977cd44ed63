package remote

import (
	"fmt"
	"strconv"
	"time"

	"rseqstep/stepper"
)

var stuckWords = []struct {
	word string
	when stepper.WhenStuck
	says string
}{
	{"report", stepper.StuckReports, "it is reported"},
	{"inject", stepper.StuckInjects, "it is reported, and a cpu_opv vector does the section's work"},
	{"off", stepper.StuckIgnored, "nothing is done"},
}

// setStuck is "monitor rseq stuck"; it returns an error text for a wrong value.
func setStuck(p *stepper.Policy, value string) string {
	for _, w := range stuckWords {
		if value == w.word {
			p.Stuck = w.when
			return ""
		}
	}
	return "\"report\", \"inject\" or \"off\" expected.\n"
}

// setStuckTime is "monitor rseq stuck-time".
func setStuckTime(p *stepper.Policy, value string) string {
	n, err := strconv.Atoi(value)
	if err != nil || n < 0 {
		return fmt.Sprintf("%q is not a number of seconds; 0 is never.\n", value)
	}
	p.StuckTime = time.Duration(n) * time.Second
	return ""
}

func showStuck(p *stepper.Policy) string {
	if p.StuckTime == 0 {
		return "A continue does not look for a thread that repeats a section without committing.\n"
	}
	for _, w := range stuckWords {
		if p.Stuck == w.when {
			return fmt.Sprintf("When a thread repeats a section for %v of a continue without committing, %s.\n", p.StuckTime, w.says)
		}
	}
	return ""
}

// stuck prints a report at the client's console while the program runs.
func (c *client) stuck(r stepper.StuckReport) {
	c.print(fmt.Sprintf("rseq: %v.", r))
	if c.policyNow().Stuck == stepper.StuckReports {
		c.print("\"monitor rseq stuck inject\" makes a cpu_opv vector do its work; once the program is stopped, \"monitor rseq opv\" and a step do.")
	}
}
