package session

import (
	"fmt"
	"time"

	"rseqstep/stepper"
)

// stuckWords are the values of `set stuck`.
var stuckWords = map[string]stepper.WhenStuck{"report": stepper.StuckReports, "inject": stepper.StuckInjects, "off": stepper.StuckIgnored}

// looksAfter copies the settings of `set stuck` into a policy.
func (s *Settings) looksAfter(p *stepper.Policy) {
	p.Stuck, p.StuckTime = stuckWords[s.Stuck], time.Duration(s.StuckTime)*time.Second
}

// stuck reports that a thread of the running program makes no progress, and what would
// help.
func (s *Session) stuck(r stepper.StuckReport) {
	text := fmt.Sprintf("rseq: %v.\n", r)
	if s.Settings.Stuck == "inject" {
		text += "rseqstep now does its work by a cpu_opv vector (\"set stuck inject\").\n"
	} else {
		text += fmt.Sprintf("Stop the program (Ctrl-C or pause); then use \"thread %d\" and \"opv\" to do the section's work, or \"next\", which does it after %d passes.\n"+
			"\"set stuck inject\" does it while the program runs; \"set stuck off\" ends these messages.\n", r.Number, s.Settings.StuckLimit)
	}
	switch {
	case s.Running != nil:
		s.Running(text)
	case s.JSON != nil:
		fmt.Fprint(s.Err, text)
	default:
		s.printf("%s", text)
	}
}
