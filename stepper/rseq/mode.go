package rseq

import "rseqstep/stepper/tracee"

// Mode names the kernel's rules for a registration. See Documentation/userspace-api/rseq.rst,
// "Optimized RSEQ V2".
type Mode int

const (
	// Legacy holds for every kernel up to Linux 6.18, and on newer ones for an area of the
	// original size: the kernel writes the id fields each time it has scheduled the thread out.
	Legacy Mode = iota + 1
	// Optimized: the kernel writes the id fields only when they change, and the program must not
	// write them.
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

// Rules describes how a kernel treats registrations.
type Rules struct {
	FeatureSize int  // AT_RSEQ_FEATURE_SIZE of getauxval(3), bytes; 0 if the kernel does not report it
	Resets      bool // the kernel sets the id fields to -1 when a thread registers an area, as since Linux 6.19
}

// Mode derives a registration's mode from its size; it returns 0 without a registration. A kernel
// with two modes has fields beyond the original size and accepts a larger area only with room for
// them. A kernel without such fields uses one mode for every area. The only kernel of that kind
// that is not legacy is Linux 6.19; its behaviour at registration (Resets) identifies it.
func (r Rules) Mode(c tracee.RseqConfig) Mode {
	switch two := r.FeatureSize > AreaSize; {
	case !c.Registered():
		return 0
	case two && c.Size > AreaSize, !two && r.Resets:
		return Optimized
	}
	return Legacy
}
