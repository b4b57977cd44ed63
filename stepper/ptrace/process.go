//go:build linux && amd64

package ptrace

import (
	"fmt"
	"os"
	"sync/atomic"

	"golang.org/x/sys/unix"

	"rseqstep/stepper/tracee"
	"rseqstep/table"
)

// Process is one traced process: the tracee.Target of Linux.
//
// Precondition of every method but Interrupt: it is called on the OS thread
// that Launch or Attach ran on. The kernel refuses ptrace requests of any
// other thread with ESRCH.
type Process struct {
	pid      int
	exe      string
	launched bool
	changed  bool // it must die with us (ExitKill)
	alive    bool
	owner    int // our own OS thread's id
	notes    []string

	threads map[int]*thread
	order   []*thread      // Threads() as it is shown
	last    *thread        // the thread asked for last
	early   map[int]uint32 // stops of threads that no event has named yet
	queue   []tracee.Event
	status  uint32 // what wait4 filled in last

	children map[int]*child
	others   *beside
	former   *Process // held until p, the child of its vfork, no longer shares its memory

	trap    uint64          // the system call that stops before it is made; 0 for none
	served  map[int]*served // processes kept for the sake of that call, by each of their threads
	answer  func(tracee.Caller) error
	parting bool // the served processes are being let go
	maps    mappings
	reports bool // every thread stops at its system calls' entries and returns

	mem    *os.File // /proc/PID/mem
	points points
	lifted bool    // the breakpoints are out of memory while processes that are let go share it
	lent   int     // to how many of them
	all    [4]slot // debug registers of every thread, those to come included

	terminal  terminal
	gate      table.Addr // a syscall instruction in the program, 0 unknown
	nop       table.Addr // a nop, 0 unknown
	pinned    pin
	stays     bool // on a CPU of the caller's wish, stay (Stay)
	stay      int
	home      cpuMask // where we could be before
	kicker    kicker
	interrupt atomic.Bool // Interrupt was called and not yet answered
	gone      atomic.Bool // !alive, for Interrupt's goroutine
}

var _ tracee.Target = (*Process)(nil)

// thread is one traced thread.
type thread struct {
	tid     int
	group   int  // its thread group's id: the process's, or another one's in the same memory (groups.go)
	held    bool // in a ptrace-stop
	dying   bool // killed while it was held: its exit is still to be waited for
	zombie  bool // a leader that ended before its threads: it neither stops nor can it be reaped yet
	asked   bool // PTRACE_INTERRUPT sent, no stop seen since
	listens bool // in a group-stop, left to PTRACE_LISTEN
	midcall bool // its stop is a PTRACE_EVENT in the middle of a system call
	stop    stopKind
	signal  int   // stopSignal: the signal that waits to be passed or dropped
	owed    []int // signals we sent ourselves, to be passed without a word
	how     int   // the request that resumed it last

	regs     registers
	first    uint64 // the PC at exec, while it may not have executed anything since; 0: it has
	debug    debugState
	outlives survival
	siginfo  []byte // of signal, when an injected call has replaced the stop it came with

	entered bool // it is in a system call whose entry was seen
	again   bool // the call was interrupted by ourselves: the kernel enters it again
	nudged  bool // it was asked to stop before the entry of the call that it is in
	call    callState
	skipped bool // it was let go from a call that was answered: the end of a step looks different then
	moves   bool // it is to go on on CPU target
	target  int
	away    *cpuMask // its own affinity, while it is narrowed for the way there
}

// stopKind is which ptrace-stop a held thread is in. See ptrace(2).
type stopKind int

const (
	stopTrap   stopKind = iota // a SIGTRAP of ours: step, breakpoint
	stopSignal                 // signal-delivery-stop
	stopEvent                  // PTRACE_EVENT stop, an interrupt's and a new thread's included
	stopGroup                  // group-stop; signal is the stopping signal
)

func newProcess(pid int, exe string) *Process {
	p := &Process{
		pid: pid, exe: exe, alive: true, owner: unix.Gettid(),
		threads: map[int]*thread{}, early: map[int]uint32{}, children: map[int]*child{}, served: map[int]*served{},
	}
	p.others = &beside{all: []*Process{p}}
	return p
}

// PID is the process's id.
func (p *Process) PID() int { return p.pid }

// Executable is the path of the program's file; /proc/PID/exe when the file
// itself has been deleted.
func (p *Process) Executable() string { return p.exe }

// Alive reports whether there is still a process that we trace.
func (p *Process) Alive() bool { return p.alive }

// Notes are sentences about what could not be done as asked and was done
// otherwise, such as a launch that kept ASLR.
func (p *Process) Notes() []string { return p.notes }

// Threads returns the thread ids, the leader first. A leader that has ended
// before its threads is none of them: it has neither registers nor a stop, and
// waits to be reaped as the last.
func (p *Process) Threads() []int {
	ids := make([]int, 0, len(p.order))
	for _, t := range p.order {
		if !t.zombie || p.alone(t) {
			ids = append(ids, t.tid)
		}
	}
	return ids
}

// Held reports whether the thread is in a ptrace-stop.
func (p *Process) Held(tid int) bool {
	t := p.threads[tid]
	return t != nil && t.held
}

// add makes a held thread known.
func (p *Process) add(tid, group int) *thread {
	t := &thread{tid: tid, group: group, held: true, stop: stopEvent}
	p.threads[tid] = t
	if tid == p.pid {
		p.order = append([]*thread{t}, p.order...)
	} else {
		p.order = append(p.order, t)
	}
	return t
}

// drop forgets a thread that is gone, with whatever it had still to say.
func (p *Process) drop(tid int) {
	delete(p.threads, tid)
	if p.last != nil && p.last.tid == tid {
		p.last = nil
	}
	for i, t := range p.order {
		if t.tid == tid {
			p.order = append(p.order[:i], p.order[i+1:]...)
			break
		}
	}
	p.unqueue(func(ev *tracee.Event) bool { return ev.TID == tid && ev.Kind != tracee.EventExit })
}

// find returns a thread that op is to be done to.
func (p *Process) find(tid int, op string) (*thread, error) {
	if t := p.last; t != nil && t.tid == tid {
		return t, nil
	}
	t := p.threads[tid]
	if t == nil {
		if ch := p.children[tid]; ch != nil && !ch.dead {
			return ch.thread, nil // not p.last: it is forgotten otherwise
		}
		if t := p.formerThread(tid); t != nil {
			return t, nil
		}
		return nil, &Error{Op: op, TID: tid, Err: unix.ESRCH}
	}
	p.last = t
	return t, nil
}

// findHeld returns a thread that must be held for op.
func (p *Process) findHeld(tid int, op string) (*thread, error) {
	t, err := p.find(tid, op)
	if err == nil && !t.held {
		err = t.notHeld(op)
	}
	return t, err
}

// notHeld is why op, which needs a held thread, cannot be done.
func (t *thread) notHeld(op string) error {
	if t.dying {
		return &Error{Op: op, TID: t.tid, Err: unix.ESRCH}
	}
	return &Error{Op: op, TID: t.tid, Err: fmt.Errorf("%w: the thread is running", ErrState)}
}

// fail makes the error of a request that the kernel refused. A held thread
// can only vanish by SIGKILL; its exit is then on its way.
func (p *Process) fail(t *thread, op string, e unix.Errno) error {
	if e == unix.ESRCH {
		if me := unix.Gettid(); me != p.owner {
			return &Error{Op: op, TID: t.tid, Err: fmt.Errorf("%w: called on OS thread %d, the tracer is %d", ErrState, me, p.owner)}
		}
		p.vanished(t)
	}
	return &Error{Op: op, TID: t.tid, Err: e}
}

// vanished notes that a held thread was killed: its exit is still to be waited for.
func (p *Process) vanished(t *thread) {
	t.held, t.dying = false, true
	t.regs.known = false
	p.unqueue(func(ev *tracee.Event) bool { return ev.TID == t.tid })
}
