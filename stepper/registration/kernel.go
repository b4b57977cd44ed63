package registration

import (
	"rseqstep/stepper/rseq"
	"rseqstep/stepper/tracee"
)

// FeatureSize returns how many bytes of struct rseq the kernel has fields for:
// AT_RSEQ_FEATURE_SIZE, since Linux 6.3; 0 if the kernel does not report it.
func (r *Reader) FeatureSize() int {
	if !r.asked && r.target.Alive() {
		if n, err := tracee.AuxValue(r.target, tracee.AuxRseqFeatureSize); err == nil {
			r.asked, r.rules.FeatureSize = true, int(n)
		}
	}
	return r.rules.FeatureSize
}

// Mode returns the kernel's rules for a registration.
func (r *Reader) Mode(c tracee.RseqConfig) rseq.Mode {
	r.FeatureSize()
	return r.rules.Mode(c)
}

// Probe examines the area of a thread that has just been registered, to learn the kernel's rules.
func (r *Reader) Probe(c tracee.RseqConfig) {
	if !r.probed {
		r.probed, r.rules.Resets = true, rseq.CPU(r.target, c) < 0
	}
}
