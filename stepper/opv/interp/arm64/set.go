package arm64

import "rseqstep/stepper/opv/interp"

// Set is arm64's instruction set.
func Set() interp.Set { return nil }
