package stepper

import (
	"fmt"

	"rseqstep/stepper/rseq"
	"rseqstep/stepper/tracee"
	"rseqstep/table"
)

// ThreadRseq is the state of a thread's rseq.
type ThreadRseq struct {
	Config  tracee.RseqConfig
	Unknown bool          // of a core file: it does not show whether the thread is registered
	CPU     int           // cpu_id of the area; -1 when not registered
	Armed   table.Addr    // content of rseq_cs: the descriptor's address; 0 when not armed
	Section *table.Placed // what that descriptor describes, nil when it is unreadable
	Live    bool          // armed, and the PC is inside Section
	Slice   rseq.Slice    // the time slice extension
}

// threadRseq is the rseq state of a held thread, as far as it is readable.
func (e *Engine) threadRseq(th *thread) ThreadRseq {
	s, _ := e.readRseq(th)
	return s
}

// readRseq reads the rseq state of a held thread.
func (e *Engine) readRseq(th *thread) (ThreadRseq, error) {
	s := ThreadRseq{CPU: -1}
	if err := e.drive.Registration(th.Thread); err != nil || !th.Rseq.Registered() {
		s.Unknown = err == nil && th.RseqLost
		return s, err
	}
	s.Config = th.Rseq
	area, err := rseq.ReadArea(e.target, th.Rseq)
	if err != nil {
		return s, fmt.Errorf("thread %d: %w", th.TID, err)
	}
	s.CPU, s.Armed, s.Slice = area.CPU, area.Armed, area.Slice
	if s.Armed == 0 {
		return s, nil
	}
	if s.Section = e.learn(s.Armed); s.Section != nil {
		if err := e.load(th); err != nil {
			return s, err
		}
		s.Live = s.Section.Contains(th.Regs.PC())
		e.progress.Arms(th.Thread, s.Section)
	}
	return s, nil
}

// findSection learns the section that a thread has armed if no file declares a section at its
// PC. A breakpoint there then moves to the section's arming store, and the Engine does not
// single-step the thread inside it.
func (e *Engine) findSection(th *thread) {
	if e.load(th) == nil && e.sections.Image().At(th.Regs.PC()) == nil {
		e.threadRseq(th)
	}
}

// Counts are the passes of one section that the Engine saw while stepping.
type Counts = rseq.Counts

// SectionCounts returns the counts by the section's start address.
func (e *Engine) SectionCounts() map[table.Addr]Counts { return e.report.sections() }
