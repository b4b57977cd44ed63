package stepper

import (
	"rseqstep/stepper/rseq"
	"rseqstep/stepper/tracee"
)

// rseqRules is how the kernel was observed to treat registrations.
type rseqRules struct {
	rseq.Rules
	asked  bool // FeatureSize is known
	probed bool // Resets is known
}

// RseqFeatureSize is how many bytes of struct rseq the kernel has fields for:
// AT_RSEQ_FEATURE_SIZE, since Linux 6.3; 0 if the kernel does not report it.
func (e *Engine) RseqFeatureSize() int {
	if !e.rules.asked && e.target.Alive() {
		if n, err := tracee.Auxiliary(e.target, tracee.AuxRseqFeatureSize); err == nil {
			e.rules.asked, e.rules.FeatureSize = true, int(n)
		}
	}
	return e.rules.FeatureSize
}

// probe checks the area of a thread that has just been registered.
func (e *Engine) probe(c tracee.RseqConfig) {
	if !e.rules.probed {
		e.rules.probed, e.rules.Resets = true, rseq.CPU(e.target, c) < 0
	}
}
