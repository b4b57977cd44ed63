package modelled

import (
	"fmt"
	"hash/fnv"

	"rseqstep/stepper"
	"rseqstep/stepper/machine"
	"rseqstep/stepper/machine/amd64"
	"rseqstep/stepper/steptest"
	"rseqstep/stepper/tracee"
	"rseqstep/table"
)

// The program of a Crowd: every thread executes a loop of four instructions, and ends by
// the system call in its last round. Process addresses.
const (
	Top  = table.Addr(0x401000) // nop
	At   = table.Addr(0x401001) // nop; clients have a breakpoint here
	Made = table.Addr(0x401002) // syscall: it may create a process, and ends the thread in its last round
	Back = table.Addr(0x401004) // jmp Top
	last = table.Addr(0x401006)
)

var crowdCode = []byte{0x90, 0x90, 0x0f, 0x05, 0xeb, 0xfa}

// Crowd is a machine for testing how a debugger handles several threads: all run the same
// loop, receive signals, and create processes by fork(2) and vfork(2). A Chooser decides
// what is open: which thread runs, when a signal arrives, whether the call creates a
// process, whether it blocks, when the client sends its interrupt byte, and how far
// threads run while they are being stopped. Crowd keeps accounts with which the
// debugger's are compared at the end.
type Crowd struct {
	Interrupts int      // interrupt bytes that the client has sent
	Broken     []string // violations of the rules
	SendsByte  func()   // the client sends its interrupt byte; nil: never
	Alternates bool     // RDX is 1 every second time that a thread reaches At, including the first time

	choices *Chooser
	seen    *Explored
	rounds  int
	threads []*Walker
	gone    []*Walker
	procs   []*Child
	planted map[table.Addr]bool
	queue   events
	running int // index of the thread that Wait runs
	next    int // the next thread's id
	alive   bool
	asked   bool // Interrupt was called
	dies    bool // with the debugger (ExitKill)
}

var _ tracee.SenderTarget = (*Crowd)(nil)

// Walker is one thread and its accounts.
type Walker struct {
	TID       int
	Regs      machine.Regs
	Executed  int // instructions
	Passed    int // how often it has executed the instruction at At with RDX 0
	Raised    int // signals sent to it
	Delivered int // signals delivered to it

	debug   [4]debug
	held    bool
	long    bool // it runs because Step or Run has timed out
	signal  bool // it is in a signal-delivery-stop
	sent    int  // signals that Send has queued
	rounds  int
	made    *Child // it is in the middle of the call that has created this process
	midcall bool   // a single step from here ends the call
}

// Child is a process that a thread has created.
type Child struct {
	PID   int
	Vfork bool
	Free  bool // it is detached
	Told  bool // the end of the vfork was reported
}

// CrowdSignal is the signal that threads receive: SIGUSR1.
const CrowdSignal = signal

// crowdPID is the process's id, above any that Linux assigns (PID_MAX_LIMIT).
const crowdPID = 1<<22 + 1

// NewCrowd makes a machine with n threads, all stopped at Top, that execute the loop
// rounds times.
func NewCrowd(c *Chooser, seen *Explored, n, rounds int) *Crowd {
	w := &Crowd{choices: c, seen: seen, rounds: rounds, planted: map[table.Addr]bool{}, alive: true, next: crowdPID}
	for range n {
		w.threads = append(w.threads, &Walker{TID: w.next, held: true, Regs: amd64.Regs(machine.Words{amd64.RIP: uint64(Top), amd64.RSP: 0x7000, amd64.EFLAGS: 0x202, amd64.OrigRAX: ^uint64(0)})})
		w.next++
	}
	return w
}

// Engine makes an Engine on the machine.
func (w *Crowd) Engine() (*stepper.Engine, error) {
	names := &steptest.Symbols{Functions: []stepper.Function{{Name: "loop", Entry: Top, Ranges: []stepper.Range{{Low: Top, High: last}}}}}
	return stepper.New(w, names, func() ([]*table.Module, error) { return nil, nil }, stepper.DefaultPolicy())
}

// Walkers are the threads, including those that have ended.
func (w *Crowd) Walkers() []*Walker { return append(w.gone[:len(w.gone):len(w.gone)], w.threads...) }

// Walker finds a thread that has not ended; nil for none.
func (w *Crowd) Walker(tid int) *Walker {
	for _, th := range w.threads {
		if th.TID == tid {
			return th
		}
	}
	return nil
}

// Children are the created processes.
func (w *Crowd) Children() []*Child { return w.procs }

// InCall reports whether a thread is in the middle of a call.
func (th *Walker) InCall() bool { return th.made != nil || th.midcall }

// Untold is the number of a thread's signals that are still unreported.
func (w *Crowd) Untold(tid int) (n int) {
	for _, ev := range w.queue {
		if ev.TID == tid && ev.Kind == tracee.EventSignal {
			n++
		}
	}
	return n
}

// UntoldChildren is the number of created processes that are still unreported.
func (w *Crowd) UntoldChildren() (n int) {
	for _, ev := range w.queue {
		if ev.Child != 0 {
			n++
		}
	}
	return n
}

func (w *Crowd) broken(format string, args ...any) {
	w.Broken = append(w.Broken, fmt.Sprintf(format, args...))
}

// happens decides which of the named events happens now; "" for nothing.
func (w *Crowd) happens(names ...string) string {
	w.count()
	return w.seen.happens(w.choices, names)
}

// count hashes the machine's state.
func (w *Crowd) count() {
	h := fnv.New64a()
	var b []byte
	for _, th := range w.threads {
		b = append(b, byte(th.TID), byte(th.Regs.W[amd64.RIP]), flag(th.held), flag(th.long), flag(th.signal), byte(th.sent), byte(th.rounds), flag(th.made != nil), flag(th.midcall))
	}
	for _, ev := range w.queue {
		b = append(b, byte(ev.Kind), byte(ev.TID))
	}
	h.Write(append(b, flag(w.planted[At]), flag(w.planted[Back]), flag(w.asked)))
	w.seen.States[h.Sum64()] = true
}

func flag(b bool) byte {
	if b {
		return 1
	}
	return 0
}
