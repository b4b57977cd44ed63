//go:build linux && (amd64 || arm64)

package ptrace

import (
	"time"

	"rseqstep/stepper/tracee"
)

// Go lets one held thread go and waits for it: it is Step or Run.
func (p *Process) Go(tid, sig int, how tracee.How, patience time.Duration) (tracee.Event, error) {
	if how == tracee.Single {
		return p.Step(tid, sig, patience)
	}
	return p.Run(tid, sig, patience)
}

// Release lets a held thread go and does not wait; see Resume.
func (p *Process) Release(tid, sig int, how tracee.How) error {
	switch how {
	case tracee.Single:
		return p.resumeWith(tid, reqSingleStep, sig)
	case tracee.InPlace:
		return p.resumeInPlace(tid, sig)
	}
	return p.Resume(tid, sig)
}
