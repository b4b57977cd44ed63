package watch

import (
	"fmt"
	"slices"
	"time"

	"rseqstep/check"
	"rseqstep/stepper"
	"rseqstep/stepper/machine"
	"rseqstep/stepper/tracee"
	"rseqstep/table"
)

// Limits bound what a watch costs.
type Limits struct {
	Place  uint64 // reports of a place, after which threads are no longer watched because of it
	Call   uint64 // calls of one kind at a place, after which its trap is taken out
	Thread int    // reports of a thread that told nothing new, after which its debug registers are freed
	Stop   bool   // end the command at each new finding

	// Round is how long the first round of the threads' fourth debug registers lasts; each further one
	// lasts twice as long, up to longRound. At the end of one, every thread is held for a moment.
	Round time.Duration
}

// DefaultLimits are those of the command.
func DefaultLimits() Limits {
	return Limits{Place: 1000, Call: 64, Thread: 64, Round: 50 * time.Millisecond}
}

// Watch observes one program.
type Watch struct {
	engine *stepper.Engine
	o      stepper.Observation
	limits Limits
	seen   Seen
	begun  time.Time

	threads  map[int]*thread
	sites    map[table.Addr]*site           // traps at call sites
	armings  map[table.Addr][]*table.Placed // traps at arming stores
	stores   map[table.Addr]*Store          // to a thread's own area
	foreign  map[table.Addr]*Store          // to another thread's
	yields   map[table.Addr]int             // how often threads were followed from a place that ends a request for a time slice
	calls    map[callKey]*Call
	armed    map[table.Addr]bool // sections that were entered, by start
	scanned  map[string]bool     // modules whose code was searched for call sites
	declared map[table.Addr]bool // sections with or without a trap, by start
	counted  map[string]bool     // what the totals of Seen have counted: files and their sections
	modules  []*table.Module
	glibc    glibc
	syscall  table.Addr // the instruction of syscall(3) that enters the kernel; 0: unknown
	lasting  bool       // the watch has begun: what is found is of now
	found    bool       // something new since the last question (Limits.Stop)

	timer    *time.Timer // ends the round
	restarts int

	round  int     // how often the threads' fourth debug registers have changed
	claims []claim // to be settled when every thread is held
	pause  bool    // the run ends because of them
	halted bool    // the run ends because of something new (Limits.Stop)
	hurry  bool    // the next round should come soon
}

var _ stepper.Observer = (*Watch)(nil)

// Start makes a Watch of a program whose threads are all held. Its commands run under it from now
// on.
func Start(e *stepper.Engine, l Limits) *Watch {
	w := &Watch{engine: e, limits: l, begun: time.Now()}
	w.seen.Processes, w.counted = 1, map[string]bool{}
	w.renew()
	w.o = stepper.Observe(e, w)
	w.seen.FeatureSize, w.seen.Align = auxv(e.Target())
	for _, tid := range e.Target().Threads() {
		w.thread(tid)
	}
	w.Loaded()
	for _, tid := range e.Target().Threads() {
		_ = w.look(w.thread(tid))
	}
	w.lasting = true
	return w
}

// sigSEGV is SIGSEGV, signal(7).
const sigSEGV = 11

// renew forgets what belongs to one program.
func (w *Watch) renew() {
	w.threads, w.sites, w.armings = map[int]*thread{}, map[table.Addr]*site{}, map[table.Addr][]*table.Placed{}
	w.stores, w.foreign, w.calls = map[table.Addr]*Store{}, map[table.Addr]*Store{}, map[callKey]*Call{}
	w.yields, w.claims, w.glibc = map[table.Addr]int{}, nil, glibc{}
	w.armed, w.scanned, w.declared, w.modules = map[table.Addr]bool{}, map[string]bool{}, map[table.Addr]bool{}, nil
}

// Changed is stepper.Observer.Changed.
func (w *Watch) Changed(ev tracee.Event) {
	switch {
	case ev.EndsProcess():
		w.seen.Ended, w.seen.Status = true, ev.Status
		w.threads = map[int]*thread{}
	case ev.Ends():
		delete(w.threads, ev.TID)
	case ev.Forks():
		w.seen.Children++
	case ev.Kind == tracee.EventSignal:
		w.seen.Signals.Count(ev.Signal)
		if th := w.threads[ev.TID]; th != nil && ev.Signal == sigSEGV {
			th.looks = 0 // the kernel may have sent it because of the thread's area
		}
	case ev.Kind == tracee.EventExec:
		for _, g := range w.seen.Registrations {
			g.Over = true
		}
		w.renew()
		w.seen.Processes++
		// The kernel forgets the registration only after the stop that reports the execve(2)
		// (rseq_execve, called behind exec_binprm in fs/exec.c).
		w.thread(ev.TID).former = true
		w.seen.Threads-- // the thread that is left goes on in it
	}
}

// End takes everything of the watch out of the program, whose threads are all held if it lives,
// and returns what was seen.
func (w *Watch) End() (*Seen, error) {
	w.seen.Time = time.Since(w.begun)
	var err error
	if w.engine.Target().Alive() {
		w.settle()
		w.seen.Alive, w.seen.Unregistered = 0, 0
		for _, tid := range w.engine.Target().Threads() {
			th := w.thread(tid)
			if w.look(th) != nil {
				continue
			}
			if w.seen.Alive++; !th.config.Registered() {
				w.seen.Unregistered++
			}
		}
		err = w.clear()
	}
	stepper.Observe(w.engine, nil)
	return &w.seen, err
}

// once reports whether something is counted for the first time.
func (w *Watch) once(format string, args ...any) bool {
	key := fmt.Sprintf(format, args...)
	if w.counted[key] {
		return false
	}
	w.counted[key] = true
	return true
}

// again merges a note of the same place.
func (e *Event) again(tid int) {
	e.Count++
	if n, found := slices.BinarySearch(e.Threads, tid); !found {
		e.Threads = slices.Insert(e.Threads, n, tid)
	}
}

// event notes what a thread does at a place for the first time.
func (w *Watch) event(tid int, at table.Addr) Event {
	r, err := w.engine.Regs(tid)
	if err != nil {
		w.found = true
		return Event{Where: check.Place{Process: check.Address(at)}, Count: 1, Threads: []int{tid}}
	}
	return w.eventFrom(tid, at, r)
}

// eventFrom is event with the thread's registers.
func (w *Watch) eventFrom(tid int, at table.Addr, r machine.Regs) Event {
	w.found = true
	stack := w.stack(at, r)
	e := Event{Stack: stack, Count: 1, Threads: []int{tid}}
	if len(stack) > 0 {
		e.Where = stack[0]
	} else {
		e.Where = check.Place{Process: check.Address(at)}
	}
	return e
}

// stops reports whether the command is to stop because of something new.
func (w *Watch) stops() bool {
	w.halted = w.halted || w.limits.Stop && w.Found()
	return w.halted
}

// Found reports whether there is something new since the last call.
func (w *Watch) Found() bool {
	found := w.found
	w.found = false
	return found
}
