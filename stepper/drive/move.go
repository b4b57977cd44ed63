package drive

import (
	"time"

	"rseqstep/stepper/ledger"
	"rseqstep/stepper/machine"
	"rseqstep/table"
)

// Gait is how a move lets its thread go.
type Gait int

const (
	Planned Gait = iota // not by itself: it is made of other moves
	Single              // for one instruction (PTRACE_SINGLESTEP)
	Native              // to its traps (PTRACE_CONT)
	joining             // into a stop by job control, until that has ended
)

// Move is something that one thread is made to do. Moves form a stack: the
// innermost is under way, and each of the others waits for the one above it. All
// of them are asked about each place that their thread comes to.
type Move struct {
	Thread *Thread
	Gait   Gait

	Ask func(m *Move) Answer    // Planned: what to do now
	End func(how Ending) error  // called when it is over; nil: nothing is to be done
	At  map[table.Addr]Decision // Native: its traps

	Alone     time.Duration // for how long the other threads are held; 0: not at all, or for ever (see Lone)
	Lone      bool          // the thread moves by itself: the others go only where it does not come back
	Quiet     bool          // in a quiet phase: no signal is delivered, nobody else goes
	Registers bool          // its traps are debug registers, as long as there are free ones
	Free      bool          // nothing is waited for: the end of its thread ends nothing
	Keeps     bool          // Native: what runs does not change the thread's registration
	Kernel    bool          // Single: the instruction enters the kernel, or may
	Over      bool          // Free, but a step all the same

	Escape   table.Addr      // the CFA whose return it runs to, for one that leaves a function whatever else waits; 0 for other moves
	Sections []*table.Placed // that the code on the way holds
	Watchdog *Watchdog       // looks after a step that takes long; nil: none
	Overdue  Decision        // looks at a unit that takes long; nil: nothing does
	Insn     *machine.Insn   // the Mind's, of a Planned move that executes an instruction
	Woken    func()          // called, with every thread held, where the wait was woken and nobody had asked; nil: nothing is to be done

	again bool // when it is over, and nothing refers to it any more, it is used again (Driver.NewMove)

	// Of the move under way.
	asker  *Move          // whose answer began it
	after  func() Answer  // asked when it has arrived
	wide   bool           // every thread goes
	repin  bool           // the debugger shared the thread's CPU before
	began  bool           // its thread has been let go
	events int            // how many have come to it before its end
	from   table.Addr     // where its thread stood
	lifted table.Addr     // a breakpoint under the thread that is out while it moves alone
	order  []table.Addr   // the keys of At, those that are to have debug registers first
	slots  []int          // debug registers that it has taken
	sites  []table.Addr   // software breakpoints that it has planted
	owner  ledger.Owner   // of both
	late   []int          // joining: the threads that had something to report when it began
	close  []func() error // what its beginning has to be ended by, in order
}

// Ending is how a move ended.
type Ending int

const (
	Arrived Ending = iota // it arrived
	Lost                  // a move around it arrived first, or its thread has gone
	Halted                // the command ends in it
	Failed                // and so, by an error
)

// NewMove is a move to be filled in, for the moves of which a step is made, over and over:
// when it has arrived it is used again. Nobody may keep it.
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

// Plan is a move made of others: ask says which.
func Plan(th *Thread, ask func() Answer) *Move {
	return &Move{Thread: th, Ask: func(*Move) Answer { return ask() }}
}

// Journey lets every thread run until th has arrived at one of the traps.
func Journey(th *Thread) *Move {
	return &Move{Thread: th, Gait: Native, At: map[table.Addr]Decision{}}
}

// Run runs one thread, the others held, until it stands at one of the places where
// the decision says so. One that has not come back after patience gets the others' help.
func Run(th *Thread, where []table.Addr, decide Decision, patience time.Duration) *Move {
	m := &Move{Thread: th, Gait: Native, Lone: true, Registers: true, Alone: patience, At: map[table.Addr]Decision{}}
	for _, a := range where {
		if _, twice := m.At[a]; !twice {
			m.At[a], m.order = decide, append(m.order, a)
		}
	}
	return m
}

// Counts reports whether a move is a step, not the wait of a command for
// something that it has begun.
func (m *Move) Counts() bool {
	return m.Over || m.Gait == Native && !m.Free && !m.Lone && len(m.At) > 0
}

// AtEnd adds what is to be undone when the move is over, whichever way it ends.
func (m *Move) AtEnd(undo func() error) { m.close = append(m.close, undo) }

// Trap adds a decision at a place, asked behind those that are there.
func (m *Move) Trap(a table.Addr, d Decision) {
	if one, ok := m.At[a]; ok {
		m.At[a] = func(th *Thread) Answer {
			if a := one(th); !a.GoesOn() {
				return a
			}
			return d(th)
		}
		return
	}
	m.At[a] = d
	m.order = append(m.order, a)
}
