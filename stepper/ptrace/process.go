//go:build linux && (amd64 || arm64)

package ptrace

import (
	"fmt"
	"os"
	"sync/atomic"

	"golang.org/x/sys/unix"

	"rseqstep/stepper/machine"
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
	changed  bool // it must die with the debugger (ExitKill)
	alive    bool
	owner    int // the tracer's OS thread id
	notes    []string

	threads map[int]*thread
	order   []*thread      // the order of Threads
	last    *thread        // the thread that find returned last
	early   map[int]uint32 // stops of threads that no event has announced yet
	queue   []tracee.Event
	status  uint32 // the last status of wait4

	children map[int]*child
	others   *beside
	former   *Process // stopped until p, the child of its vfork, no longer shares its memory

	trap      uint64          // the system call that stops before it is made; 0 for none
	served    map[int]*served // processes traced because of that call, by each of their threads
	answer    func(tracee.Caller) error
	detaching bool // the served processes are being detached
	maps      mappings
	reports   bool // every thread stops at the entry and return of its system calls

	mem     *os.File // /proc/PID/mem
	points  points
	lifted  bool    // the breakpoints are out of memory while detached processes share it
	sharers int     // number of those processes
	all     [4]slot // debug registers of every present and future thread

	terminal  terminal
	gate      table.Addr // a syscall instruction in the program, 0 unknown
	nop       table.Addr // a nop, 0 unknown
	pinned    pin
	keepsCPU  bool // on a CPU that the caller asked for (Stay)
	stay      int
	home      cpuMask // the affinity before Stay
	kicker    kicker
	interrupt atomic.Bool // Interrupt was called and not yet answered
	passed    int         // calls of Wait since then
	gone      atomic.Bool // !alive, for Interrupt's goroutine
}

var _ tracee.Target = (*Process)(nil)

// thread is one traced thread.
type thread struct {
	tid        int
	group      int  // its thread group's id: the process's, or that of another group in the same memory (groups.go)
	held       bool // in a ptrace-stop
	dying      bool // killed while stopped: its exit is still to be collected
	zombie     bool // a leader that ended before its threads: it does not stop and cannot be reaped yet
	asked      bool // PTRACE_INTERRUPT sent, no stop seen since
	listens    bool // in a group-stop, left to PTRACE_LISTEN
	midcall    bool // its stop is a PTRACE_EVENT in the middle of a system call
	stop       stopKind
	signal     int   // stopSignal: the signal to be delivered or dropped
	ownSignals []int // signals that the tracer sent, to be delivered unreported
	how        int   // the request that last resumed it

	regs     registers
	first    table.Addr // the PC at exec, while it may not have executed anything since; else 0
	debug    debugState
	survival survival
	siginfo  []byte // of signal, if an injected call has replaced the stop it came with

	entered          bool // it is in a system call whose entry was reported
	again            bool // the tracer interrupted the call: the kernel enters it again
	askedBeforeEntry bool // it was asked to stop before the entry of its current call
	call             callState
	skipped          bool // it was resumed from an answered call: the end of a step looks different then
	migrates         bool // it is to resume on CPU target
	target           int
	apart            bool     // the tracer is to be on another CPU then
	ownAffinity      *cpuMask // its own affinity, while narrowed for the migration
}

// stopKind is which ptrace-stop a held thread is in. See ptrace(2).
type stopKind int

const (
	stopTrap   stopKind = iota // a SIGTRAP of the debugger's: step, breakpoint
	stopSignal                 // signal-delivery-stop
	stopEvent                  // PTRACE_EVENT stop, including those of an interrupt and of a new thread
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

// Arch is the program's architecture.
func (p *Process) Arch() *machine.Arch { return Arch() }

// PID is the process's id.
func (p *Process) PID() int { return p.pid }

// Executable is the path of the program's file; /proc/PID/exe when the file
// itself has been deleted.
func (p *Process) Executable() string { return p.exe }

// Alive reports whether there is still a traced process.
func (p *Process) Alive() bool { return p.alive }

// Notes are sentences about requests that were carried out differently than
// asked, such as a launch that kept ASLR.
func (p *Process) Notes() []string { return p.notes }

// Threads returns the thread ids, the leader first. A leader that has ended
// before its threads is not among them: it has neither registers nor a stop,
// and is reaped last.
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

// add registers a stopped thread.
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

// drop forgets a thread that has ended, and its queued events.
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

// find returns the thread that op is for.
func (p *Process) find(tid int, op string) (*thread, error) {
	if t := p.last; t != nil && t.tid == tid {
		return t, nil
	}
	t := p.threads[tid]
	if t == nil {
		if ch := p.children[tid]; ch != nil && !ch.dead {
			return ch.thread, nil // not p.last: children are forgotten by another path
		}
		if t := p.formerThread(tid); t != nil {
			return t, nil
		}
		return nil, &Error{Op: op, TID: tid, Err: unix.ESRCH}
	}
	p.last = t
	return t, nil
}

// findHeld returns a thread that must be stopped for op.
func (p *Process) findHeld(tid int, op string) (*thread, error) {
	t, err := p.find(tid, op)
	if err == nil && !t.held {
		err = t.notHeld(op)
	}
	return t, err
}

// notHeld is the error of op on a thread that is not stopped.
func (t *thread) notHeld(op string) error {
	if t.dying {
		return &Error{Op: op, TID: t.tid, Err: unix.ESRCH}
	}
	return &Error{Op: op, TID: t.tid, Err: fmt.Errorf("%w: the thread is running", ErrState)}
}

// fail makes the error of a request that the kernel refused. A stopped thread
// can only vanish by SIGKILL; then its exit follows.
func (p *Process) fail(t *thread, op string, e unix.Errno) error {
	if e == unix.ESRCH {
		if me := unix.Gettid(); me != p.owner {
			return &Error{Op: op, TID: t.tid, Err: fmt.Errorf("%w: called on OS thread %d, the tracer is %d", ErrState, me, p.owner)}
		}
		p.vanished(t)
	}
	return &Error{Op: op, TID: t.tid, Err: e}
}

// vanished records that a stopped thread was killed: its exit is still to be collected.
func (p *Process) vanished(t *thread) {
	t.held, t.dying = false, true
	t.regs.known = false
	p.unqueue(func(ev *tracee.Event) bool { return ev.TID == t.tid })
}
