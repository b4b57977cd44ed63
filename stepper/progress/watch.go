package progress

import (
	"rseqstep/stepper/drive"
	"rseqstep/stepper/ledger"
	"rseqstep/stepper/machine"
	"rseqstep/stepper/rseq"
	"rseqstep/table"
)

// Process is the part of tracee.Target that a Watch needs besides the loop and the book.
type Process interface {
	Alive() bool
	PID() int
	Held(tid int) bool
	Queued(tid int) bool
	SetRegs(tid int, r *machine.Regs) error
	Interrupt()
}

// Host is what a Watch needs from its owner.
type Host interface {
	// Armed returns the address of a held thread's area, 0 for none, and the section that it has
	// armed, nil for none. It calls Watch.Arms for that section.
	Armed(t *drive.Thread) (area table.Addr, p *table.Placed, err error)
	// Inside reports whether the user has asked for places inside the section, so that a thread's
	// passes of it do not run natively anyway.
	Inside(tid int, p *table.Placed) bool
	// Saw counts a pass of the section at start for the user, whichever command runs it.
	Saw(start table.Addr, r rseq.Result)
}

// Watch watches the threads of one process for passes of sections that they run natively.
type Watch struct {
	process  Process
	drive    *drive.Driver
	book     *ledger.Book
	sections *rseq.Sections
	host     Host
	limits   *Limits

	Stuck func(Report) // receives the reports, on the loop's own thread; nil: the next Stop has a note

	threads map[*drive.Thread]*thread // those that it knows something about
	set     bool                      // some thread has points
	sentry  *sentry                   // of the Continue under way, nil for none
}

// New returns the Watch of a process. It reads limits, which belongs to the caller, at each
// decision.
func New(p Process, d *drive.Driver, book *ledger.Book, sections *rseq.Sections, h Host, limits *Limits) *Watch {
	return &Watch{process: p, drive: d, book: book, sections: sections, host: h, limits: limits, threads: map[*drive.Thread]*thread{}}
}

// Begins is called when a native move begins (drive.Mind.Begins). A lone move uses its thread's
// free debug registers; the passes of a step count; a sentry watches a Continue.
func (w *Watch) Begins(m *drive.Move) error {
	th := w.of(m.Thread)
	if m.Lone {
		if err := w.clear(th); err != nil {
			return err
		}
		th.lone++
		m.AtEnd(func() error { th.lone--; return nil })
		return nil
	}
	if m.Counts() && len(w.sections.Image().Sections()) > 0 {
		w.steps(th, m)
	}
	if m.Free && w.limits.Stuck != Ignored && w.limits.StuckTime > 0 {
		w.lookAfter(m)
	}
	return nil
}

// steps counts the passes of the thread of a move until its end. A move may begin while another
// one counts.
func (w *Watch) steps(th *thread, m *drive.Move) {
	counting, suspects := th.counting, th.suspects
	th.counting = true
	th.suspects = likely(w.sections.Image(), w.vain(th), th.recent, m.Sections)
	m.AtEnd(func() error {
		th.counting, th.suspects = counting, suspects
		return nil
	})
}
