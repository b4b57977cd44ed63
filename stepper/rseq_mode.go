package stepper

import "rseqstep/stepper/tracee"

// RseqMode is which rules the kernel has for a registration. See
// Documentation/userspace-api/rseq.rst, "Optimized RSEQ V2".
type RseqMode int

const (
	// RseqLegacy is what every kernel up to Linux 6.18 does, and newer ones for
	// an area of the original size: the id fields are written each time that the
	// thread was scheduled out.
	RseqLegacy RseqMode = iota + 1
	// RseqOptimized: the id fields are written only when they change, and the
	// program must not write them.
	RseqOptimized
)

func (m RseqMode) String() string {
	return map[RseqMode]string{RseqLegacy: "legacy", RseqOptimized: "optimized"}[m]
}

// rseqRules is what the kernel was found to do with registrations.
type rseqRules struct {
	asked    bool // features is known
	features int  // AT_RSEQ_FEATURE_SIZE; 0 where it is not told
	probed   bool // resets is known
	resets   bool // it makes the id fields -1 when an area is registered, as since Linux 6.19
}

// RseqFeatureSize is how many bytes of struct rseq the kernel has fields for:
// AT_RSEQ_FEATURE_SIZE, since Linux 6.3; 0 where it does not say.
func (e *Engine) RseqFeatureSize() int {
	if !e.rules.asked && e.target.Alive() {
		if n, err := e.auxiliary(auxRseqFeatureSize); err == nil {
			e.rules.asked, e.rules.features = true, int(n)
		}
	}
	return e.rules.features
}

// mode tells a registration's mode by its size. A kernel with two modes has
// fields beyond the original size, and takes a larger area only with room for
// them. One without has the rules of the one or of the other for every area:
// those of Linux 6.19, the only such one that is not legacy, show in a quiet phase.
func (e *Engine) mode(c tracee.RseqConfig) RseqMode {
	switch two := e.RseqFeatureSize() > areaOriginal; {
	case !c.Registered():
		return 0
	case two && c.Size > areaOriginal, !two && e.rules.resets:
		return RseqOptimized
	}
	return RseqLegacy
}

// probe looks at the area of a thread that has just been registered.
func (e *Engine) probe(c tracee.RseqConfig) {
	if !e.rules.probed {
		e.rules.probed, e.rules.resets = true, e.areaCPU(c) < 0
	}
}
