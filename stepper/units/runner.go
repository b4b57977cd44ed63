package units

import "rseqstep/stepper/drive"

// Runner runs the units of the threads of one process.
type Runner struct {
	Parts
	Policy
	Quiet *Phases

	Entering bool // the command under way steps into sections

	asks func(*drive.Move) drive.Answer // ask, allocated once
}

// Policy is what the user has set for the command under way.
type Policy struct {
	StuckLimit int  // passes without a commit before the ladder's next rung
	Meets      bool // a thread that resumes at a breakpoint hits it
}

// New returns the Runner of a process.
func New(p Parts) *Runner {
	r := &Runner{Parts: p}
	r.Quiet = &Phases{Parts: &r.Parts, policy: &r.Policy, of: map[*drive.Thread]*phase{}}
	r.asks = r.ask
	return r
}
