package stepper

import (
	"time"

	"rseqstep/stepper/ledger"
	"rseqstep/stepper/machine"
	"rseqstep/table"
)

// gait is how a move lets its thread go.
type gait int

const (
	planned gait = iota // not by itself: it is made of other moves
	single              // for one instruction (PTRACE_SINGLESTEP)
	native              // to its traps (PTRACE_CONT)
	joining             // into a stop by job control, until that has ended
)

// decision looks at a thread that has come to a trap of a move. It is asked with
// every thread held and th.regs read, and moves nothing.
type decision func(th *thread) answer

// answer is what a decision says. The zero answer is to go on.
type answer struct {
	arrived bool          // the move of whoever was asked is over
	then    *move         // make this move first,
	next    func() answer // and ask this afterwards; nil: go on, or ask the plan again
	stop    *Stop         // the command ends
	err     error         // and so
	of      *move         // whose answer it is; nil: the innermost move's
}

func (a *answer) goesOn() bool {
	return !a.arrived && a.then == nil && a.stop == nil && a.err == nil
}

func arrive() answer                          { return answer{arrived: true} }
func fails(err error) answer                  { return answer{err: err} }
func stopped(stop *Stop, err error) answer    { return answer{stop: stop, err: err} }
func then(m *move, next func() answer) answer { return answer{then: m, next: next} }
func arriveOr(err error) answer               { return answer{arrived: err == nil, err: err} }
func always(*thread) answer                   { return arrive() }
func when(holds func(*thread) bool) decision {
	return func(th *thread) answer { return answer{arrived: holds(th)} }
}

// move is something that one thread is made to do. Moves form a stack: the
// innermost is under way, and each of the others waits for the one above it. All
// of them are asked about each place that their thread comes to (drive.go).
type move struct {
	th   *thread
	gait gait

	unit bool                    // planned: one instruction, or the unit that it begins (askUnit)
	insn *machine.Insn           // unit: the instruction that is executed
	ask  func() answer           // planned: what to do now
	end  func(how ending) error  // called when it is over; nil: nothing is to be done
	at   map[table.Addr]decision // native: its traps

	alone     time.Duration // for how long the other threads are held; 0: not at all, or for ever (see lone)
	lone      bool          // the thread moves by itself: the others go only where it does not come back
	quiet     bool          // in a quiet phase: no signal is delivered, nobody else goes
	registers bool          // its traps are debug registers, as long as there are free ones
	free      bool          // nothing is waited for: the end of its thread ends nothing
	keeps     bool          // native: what runs does not change the thread's registration
	kernel    bool          // single: the instruction enters the kernel, or may

	order    []table.Addr    // the keys of at, those that are to have debug registers first
	escape   table.Addr      // the CFA whose return an escape of the ladder's runs to; 0 for other moves
	watchdog *watchdog       // looks after a step that takes long; nil: none
	overdue  decision        // looks at a unit that takes long; nil: nothing does
	sections []*table.Placed // that the code on the way holds; their passes are counted
	over     bool            // free, but a step all the same: passes are counted
	sentry   *sentry         // looks for threads that make no progress; nil: nobody does

	// Of the move under way.
	asker  *move          // whose answer began it
	after  func() answer  // asked when it has arrived
	wide   bool           // every thread goes
	repin  bool           // the debugger shared the thread's CPU before
	began  bool           // its thread has been let go
	events int            // how many have come to it before its end
	from   table.Addr     // where its thread stood
	lifted table.Addr     // a breakpoint under the thread that is out while it moves alone
	slots  []int          // debug registers that it has taken
	sites  []table.Addr   // software breakpoints that it has planted
	owner  ledger.Owner   // of both
	close  []func() error // what its beginning has to be ended by, in order
}

// newMove is a move to be filled in. The moves of a step are made over and over: one
// that is over, and that nothing refers to any more, is used again.
func (e *Engine) newMove() *move {
	n := len(e.spare)
	if n == 0 {
		return &move{}
	}
	m := e.spare[n-1]
	e.spare = e.spare[:n-1]
	*m = move{slots: m.slots[:0], sites: m.sites[:0], close: m.close[:0]}
	return m
}

// ending is how a move ended.
type ending int

const (
	endArrived ending = iota // it arrived
	endLost                  // a move around it arrived first, or its thread has gone
	endStopped               // the command ends in it
	endFailed                // and so, by an error
)

// plan is a move made of others: ask says which.
func plan(th *thread, ask func() answer) *move { return &move{th: th, ask: ask} }

// journey lets every thread run until th has arrived at one of the traps.
func journey(th *thread) *move {
	return &move{th: th, gait: native, at: map[table.Addr]decision{}}
}

// counts reports whether a move is a step, not the wait of a command for
// something that it has begun.
func (m *move) counts() bool {
	return m.over || m.gait == native && !m.free && !m.lone && len(m.at) > 0
}

// trap adds a decision at a place, asked behind those that are there.
func (m *move) trap(a table.Addr, d decision) {
	if one, ok := m.at[a]; ok {
		m.at[a] = func(th *thread) answer {
			if a := one(th); !a.goesOn() {
				return a
			}
			return d(th)
		}
		return
	}
	m.at[a] = d
	m.order = append(m.order, a)
}
