package stepper

import (
	"rseqstep/stepper/drive"
	"rseqstep/stepper/progress"
	"rseqstep/table"
)

// What Continue does about a thread that repeats a section without a commit, for clients of the
// Engine.
type (
	WhenStuck   = progress.When
	StuckReport = progress.Report
)

// The values of Policy.Stuck, and the default of Policy.StuckTime, for clients of the Engine.
const (
	StuckReports = progress.Reports
	StuckInjects = progress.Injects
	StuckIgnored = progress.Ignored

	DefaultStuckTime = progress.DefaultStuckTime
)

// OnStuck sets the function that receives such reports, while the program runs, on the Engine's
// own thread. nil: the next Stop has a note.
func (e *Engine) OnStuck(told func(StuckReport)) { e.progress.Stuck = told }

// watched is the Engine as progress.Watch needs it.
type watched struct{ e *Engine }

// Armed is progress.Host.Armed.
func (w watched) Armed(t *drive.Thread) (area table.Addr, p *table.Placed, err error) {
	s, err := w.e.rseq.Read(t)
	return s.Config.Area, s.Section, err
}

// Inside is progress.Host.Inside.
func (w watched) Inside(tid int, p *table.Placed) bool { return w.e.points.Wants(tid, p) }

// Saw is progress.Host.Saw.
func (w watched) Saw(start table.Addr, r Result) { w.e.units.Report.Count(start, r) }
