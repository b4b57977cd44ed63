package rseq

import "rseqstep/stepper/tracee"

// Mode is which rules the kernel has for a registration. See
// Documentation/userspace-api/rseq.rst, "Optimized RSEQ V2".
type Mode int

const (
	// Legacy is what every kernel up to Linux 6.18 does, and newer ones for
	// an area of the original size: the id fields are written each time that the
	// thread was scheduled out.
	Legacy Mode = iota + 1
	// Optimized: the id fields are written only when they change, and the
	// program must not write them.
	Optimized
)

func (m Mode) String() string {
	switch m {
	case Legacy:
		return "legacy"
	case Optimized:
		return "optimized"
	}
	return ""
}

// Rules is what a kernel does with registrations.
type Rules struct {
	FeatureSize int  // AT_RSEQ_FEATURE_SIZE of getauxval(3), bytes; 0 where it does not say
	Resets      bool // it makes the id fields -1 when an area is registered, as since Linux 6.19
}

// Mode tells a registration's mode by its size, 0 for none. A kernel with two modes has
// fields beyond the original size, and takes a larger area only with room for
// them. One without has the rules of the one or of the other for every area:
// those of Linux 6.19, the only such one that is not legacy, show when an area is
// registered.
func (r Rules) Mode(c tracee.RseqConfig) Mode {
	switch two := r.FeatureSize > AreaSize; {
	case !c.Registered():
		return 0
	case two && c.Size > AreaSize, !two && r.Resets:
		return Optimized
	}
	return Legacy
}
