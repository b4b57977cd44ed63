package stepper

import (
	"rseqstep/stepper/registration"
	"rseqstep/stepper/rseq"
	"rseqstep/table"
)

// The refusals of rseq.Sections, for clients of the Engine.
type (
	InsideError = rseq.InsideError
	MiddleError = rseq.MiddleError
)

// ErrInsideSection is the error that an *InsideError wraps.
var ErrInsideSection = rseq.ErrInside

// ThreadRseq is the state of a thread's rseq.
type ThreadRseq = registration.State

// RseqFeatureSize is how many bytes of struct rseq the kernel has fields for:
// AT_RSEQ_FEATURE_SIZE, since Linux 6.3; 0 if the kernel does not report it.
func (e *Engine) RseqFeatureSize() int { return e.rseq.FeatureSize() }

// Counts are the passes of one section that the Engine saw while stepping.
type Counts = rseq.Counts

// SectionCounts returns the counts by the section's start address.
func (e *Engine) SectionCounts() map[table.Addr]Counts { return e.units.Report.Counts() }

// SectionName is a section's name in reports: symbol+offset of its start.
func (e *Engine) SectionName(p *table.Placed) string { return e.sections.Name(p) }
