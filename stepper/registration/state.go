package registration

import (
	"fmt"

	"rseqstep/stepper/drive"
	"rseqstep/stepper/points"
	"rseqstep/stepper/rseq"
	"rseqstep/stepper/tracee"
	"rseqstep/table"
)

// Reader reads the rseq state of the threads of one process.
type Reader struct {
	target   tracee.Target
	drive    *drive.Driver
	sections *rseq.Sections
	points   *points.Set

	// Seen is called with each section that Read finds armed; nil: nothing is called.
	Seen func(*drive.Thread, *table.Placed)
	// OwnFilters is how many seccomp filters the debugger itself has installed in the program.
	OwnFilters int

	rules  rseq.Rules
	asked  bool // rules.FeatureSize is known
	probed bool // rules.Resets is known
}

// New returns the Reader of a process.
func New(t tracee.Target, d *drive.Driver, sections *rseq.Sections, set *points.Set) *Reader {
	return &Reader{target: t, drive: d, sections: sections, points: set}
}

// State is the state of a thread's rseq.
type State struct {
	Config  tracee.RseqConfig
	Unknown bool          // of a core file: it does not show whether the thread is registered
	CPU     int           // cpu_id of the area; -1 when not registered
	Armed   table.Addr    // content of rseq_cs: the descriptor's address; 0 when not armed
	Section *table.Placed // what that descriptor describes, nil when it is unreadable
	Live    bool          // armed, and the PC is inside Section
	Slice   rseq.Slice    // the time slice extension
}

// Read reads the state of a held thread. If it fails, the State has what was readable.
func (r *Reader) Read(th *drive.Thread) (State, error) {
	s := State{CPU: -1}
	if err := r.drive.Registration(th); err != nil || !th.Rseq.Registered() {
		s.Unknown = err == nil && th.RseqLost
		return s, err
	}
	s.Config = th.Rseq
	area, err := rseq.ReadArea(r.target, th.Rseq)
	if err != nil {
		return s, fmt.Errorf("thread %d: %w", th.TID, err)
	}
	s.CPU, s.Armed, s.Slice = area.CPU, area.Armed, area.Slice
	if s.Armed == 0 {
		return s, nil
	}
	section := r.Learn(s.Armed)
	if s.Section = section; section != nil {
		if err := r.drive.Load(th); err != nil {
			return s, err
		}
		s.Live = section.Contains(th.Regs.PC())
		if r.Seen != nil {
			r.Seen(th, section)
		}
	}
	return s, nil
}

// Learn is the section that a descriptor describes, nil if the kernel would accept none there.
// Breakpoints inside a section that was not known before are withdrawn.
func (r *Reader) Learn(descriptor table.Addr) *table.Placed {
	section, learnt := r.sections.Learn(descriptor)
	if learnt {
		r.points.Withdraw()
	}
	return section
}

// CPU returns the CPU number in a held thread's area, -1 if it has none.
func (r *Reader) CPU(th *drive.Thread) int {
	if r.drive.Registration(th) != nil {
		return -1
	}
	return rseq.CPU(r.target, th.Rseq)
}
