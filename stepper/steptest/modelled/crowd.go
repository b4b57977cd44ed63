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

// The program of a Crowd: every thread goes round a loop of four instructions, and
// ends, by the system call in it, in its last round. Process addresses.
const (
	Top  = table.Addr(0x401000) // nop
	At   = table.Addr(0x401001) // nop; clients have a breakpoint here
	Made = table.Addr(0x401002) // syscall: it may make a process, and is the thread's end in its last round
	Back = table.Addr(0x401004) // jmp Top
	last = table.Addr(0x401006)
)

var crowdCode = []byte{0x90, 0x90, 0x0f, 0x05, 0xeb, 0xfa}

// Crowd is a machine for what a debugger does between threads: threads that all run
// the same loop, are sent signals, and make processes by fork(2) and vfork(2). What
// it leaves open a Chooser decides: which thread runs, when a signal comes, whether
// the call makes a process, whether it blocks, when the client sends its interrupt
// byte, and how far threads run on while they are being stopped. It keeps the
// accounts that a debugger's are compared with at the end.
type Crowd struct {
	Interrupts int      // interrupt bytes that the client has sent
	Broken     []string // what was against the rules
	SendsByte  func()   // the client sends its interrupt byte; nil: it never does
	Alternates bool     // RDX is 1 every second time that a thread comes to At, the first one included

	choices *Chooser
	seen    *Explored
	rounds  int
	threads []*Walker
	gone    []*Walker
	procs   []*Child
	planted map[table.Addr]bool
	queue   events
	running int // the thread that Wait runs, an index
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
	Passed    int // how often it has executed the instruction at At, RDX being 0
	Raised    int // signals that were sent to it
	Delivered int // signals that it was given

	debug   [4]debug
	held    bool
	long    bool // it runs because Step or Run has lost patience
	signal  bool // it is in a signal-delivery-stop
	sent    int  // signals that Send has made pending
	rounds  int
	made    *Child // it is in the middle of the call that has made this process
	midcall bool   // a single step from here ends the call
}

// Child is a process that a thread has made.
type Child struct {
	PID   int
	Vfork bool
	Free  bool // it was let go
	Told  bool // the end of the vfork was reported
}

// CrowdSignal is the signal that comes: SIGUSR1.
const CrowdSignal = signal

// crowdPID is the process's id, above any that Linux gives (PID_MAX_LIMIT).
const crowdPID = 1<<22 + 1

// NewCrowd makes a machine with n threads, all held at Top, that go round so often.
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

// Walkers are the threads, those that have ended too.
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

// Children are the processes that were made.
func (w *Crowd) Children() []*Child { return w.procs }

// InCall reports whether a thread is in the middle of a call.
func (th *Walker) InCall() bool { return th.made != nil || th.midcall }

// Untold is how many signals of a thread wait to be reported.
func (w *Crowd) Untold(tid int) (n int) {
	for _, ev := range w.queue {
		if ev.TID == tid && ev.Kind == tracee.EventSignal {
			n++
		}
	}
	return n
}

// UntoldChildren is how many processes' making waits to be reported.
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

// happens decides which of the named things happens now; "" for nothing.
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
