package drive

import (
	"slices"
	"time"

	"rseqstep/stepper/ledger"
	"rseqstep/stepper/machine"
	"rseqstep/table"
)

// Gait is how a move resumes its thread.
type Gait int

const (
	Planned Gait = iota // it does not: the move is a plan, made of other moves
	Single              // for one instruction (PTRACE_SINGLESTEP)
	Native              // until a trap (PTRACE_CONT)
	joining             // into a group-stop (job control), until its end
)

// Move is one thing that a thread is made to do. Moves form a stack: the loop runs the innermost
// one, and each of the others waits for the one above it. The loop calls the decisions of all of
// them at each place that their thread reaches. The exported fields are the caller's to set
// before the move begins; addresses are process addresses.
type Move struct {
	Thread *Thread
	Gait   Gait

	Ask func(m *Move) Answer   // Planned: returns the next move or the end
	End func(how Ending) error // called when the move is over; nil: nothing is called

	Alone     time.Duration // how long the other threads are held; 0: not at all, or without limit if Lone is set
	Lone      bool          // only this thread runs; the others run only if it does not arrive in time
	Quiet     bool          // the thread is in a quiet phase: no signal is delivered and no other thread runs
	Registers bool          // use debug registers for the traps while some are free
	Free      bool          // the move waits for no event of its thread: the end of the thread does not end it
	Keeps     bool          // Native: the code that runs does not change the thread's registration
	Kernel    bool          // Single: the instruction enters the kernel, or may
	Over      bool          // Free, but Counts reports true

	Escape   table.Addr      // the CFA of the frame whose return the move runs to, if it leaves a function whatever else waits; 0 for other moves
	Sections []*table.Placed // the sections in the code that the move runs
	Watchdog *Watchdog       // examines the thread of a step that takes long; nil: none
	Overdue  Decision        // examines a unit that takes long; nil: none
	Insn     *machine.Insn   // used by the Mind, for a Planned move that executes an instruction
	Woken    func()          // called with every thread held if something woke the wait without a request; nil: nothing is called

	again bool // reuse the move when it is over and nothing refers to it (Driver.NewMove)

	// State of a move that has begun.
	asker  *Move          // the move whose answer began this one
	after  func() Answer  // called when this move has arrived
	wide   bool           // every thread runs
	repin  bool           // the debugger was pinned to the thread's CPU before
	began  bool           // the thread has been resumed
	events int            // the number of events before the end
	from   table.Addr     // where the thread stood at the beginning
	lifted table.Addr     // the breakpoint at the thread's PC that is removed while the thread runs alone
	at     []table.Addr   // Native: the traps (Move.Trap); those that come first get debug registers first
	decide []Decision     // of each of them
	slots  []int          // the debug registers that the move uses
	sites  []table.Addr   // the software breakpoints that it has inserted
	owner  ledger.Owner   // the owner of both in the book
	late   []int          // joining: the threads with an event that was queued before it began
	stale  bool           // joining: the current event was queued before it began
	close  []func() error // the undo functions, in the order of their calls
}

// Ending is how a move ended.
type Ending int

const (
	Arrived Ending = iota // it reached its end
	Lost                  // an outer move arrived first, or the thread is gone
	Halted                // the command stopped before the move arrived
	Failed                // the command failed before the move arrived
)

// NewMove returns a move for the caller to fill in. It serves the many moves of one step: the
// Driver reuses the move when it has arrived, so the caller must not keep it.
func (d *Driver) NewMove(th *Thread, gait Gait) *Move {
	n := len(d.spare)
	if n == 0 {
		return &Move{Thread: th, Gait: gait, again: true}
	}
	m := d.spare[n-1]
	d.spare = d.spare[:n-1]
	*m = Move{Thread: th, Gait: gait, again: true, slots: m.slots[:0], sites: m.sites[:0], close: m.close[:0]}
	return m
}

// Plan returns a move that is made of other moves: ask returns the next one.
func Plan(th *Thread, ask func() Answer) *Move {
	return &Move{Thread: th, Ask: func(*Move) Answer { return ask() }}
}

// Journey returns a move in which every thread runs until th has arrived at one of the traps,
// which the caller adds.
func Journey(th *Thread) *Move {
	return &Move{Thread: th, Gait: Native}
}

// Run returns a move in which th runs, while the others are held, until it stands at one of the
// places and decide arrives. If it has not arrived after patience, the loop resumes the other
// threads too.
func Run(th *Thread, where []table.Addr, decide Decision, patience time.Duration) *Move {
	m := &Move{Thread: th, Gait: Native, Lone: true, Registers: true, Alone: patience}
	m.at, m.decide = make([]table.Addr, 0, len(where)), make([]Decision, 0, len(where))
	for _, a := range where {
		if !slices.Contains(m.at, a) {
			m.at, m.decide = append(m.at, a), append(m.decide, decide)
		}
	}
	return m
}

// Counts reports whether a move is a step, as opposed to a command that waits for something it
// has started.
func (m *Move) Counts() bool {
	return m.Over || m.Gait == Native && !m.Free && !m.Lone && len(m.at) > 0
}

// AtEnd adds an undo function that the Driver calls when the move is over, however it ends.
func (m *Move) AtEnd(undo func() error) { m.close = append(m.close, undo) }

// Trap adds a decision at a. Decisions that are already there come first.
func (m *Move) Trap(a table.Addr, d Decision) {
	n := slices.Index(m.at, a)
	if n < 0 {
		m.at, m.decide = append(m.at, a), append(m.decide, d)
		return
	}
	one := m.decide[n]
	m.decide[n] = func(th *Thread) Answer {
		if a := one(th); !a.GoesOn() {
			return a
		}
		return d(th)
	}
}

// Traps reports whether the move has traps.
func (m *Move) Traps() bool { return len(m.at) > 0 }

// Decision returns the decision at an address, nil if the move has no trap there.
func (m *Move) Decision(a table.Addr) Decision {
	if n := slices.Index(m.at, a); n >= 0 {
		return m.decide[n]
	}
	return nil
}
