package modelled

import (
	"fmt"
	"hash/fnv"
	"sort"

	"rseqstep/stepper/machine"
	"rseqstep/stepper/machine/amd64"
	"rseqstep/stepper/steptest"
	"rseqstep/stepper/tracee"
	"rseqstep/table"
)

// World is the machine: a tracee.Target.
type World struct {
	Commits int      // final stores by all threads
	Broken  []string // violations of the rules
	Quiet   int      // system calls that lifted a registration
	Kernel  Kernel
	Lines   []steptest.Row // lines of the program's code, for the Engine

	choices   *Chooser
	seen      *Explored
	threads   []*Thread
	memory    map[table.Addr]byte
	planted   map[table.Addr]bool
	all       [4]debug // debug registers of future threads
	turns     [cpus]int
	last      [cpus]int // the thread that ran last on each CPU
	running   int       // index of the thread that Wait runs
	queue     events
	alive     bool
	dead      bool // killed; its end is not collected yet
	asked     bool // Interrupt was called
	faults    bool // the section's load can raise SIGSEGV
	stubborn  bool // the program does not read the CPU's number again after a failure
	committed [cpus]int
	interrupt func()
	dies      bool // with the debugger (ExitKill)
}

var _ tracee.Target = (*World)(nil)

// Thread is one thread.
type Thread struct {
	TID        int
	Regs       machine.Regs
	Rseq       tracee.RseqConfig
	Mask       uint64
	Debug      [4]debug
	Pinned     bool
	area       table.Addr
	cpu        int
	held       bool
	long       bool   // it runs because Run has timed out
	pending    int    // a blocked signal
	trapped    bool   // its last entry into the kernel was an interrupt or an exception
	writtenCPU uint32 // the CPU that the kernel last wrote into the area
	loaded     int    // number of turns of its CPU when it last read the counter
	InVain     int    // passes of the section since the last commit, its own or one made for it
	Most       int    // maximum of InVain
}

type debug struct {
	kind tracee.DebugKind
	addr table.Addr
}

// signal is the external signal: SIGUSR1. faultSignal is the one that an instruction
// raises: SIGSEGV.
const (
	signal      = 10
	faultSignal = 11
)

// Faults enables SIGSEGV from the section's load. The program ignores it and repeats the load.
func (w *World) Faults() { w.faults = true }

// Stubborn selects the program whose threads never commit once they have a wrong CPU number.
func (w *World) Stubborn() {
	w.stubborn = true
	w.load()
}

func (w *World) load() {
	for at, b := range code(w.stubborn) {
		w.write(at, b)
	}
}

// Counter is the value of a CPU's counter, and the number of final stores by
// threads on that CPU.
func (w *World) Counter(cpu int) (holds, committed int) {
	return int(w.get64(Data + table.Addr(8*cpu))), w.committed[cpu]
}

// New makes a machine with kernel k and n threads, all stopped at pc, whose events c
// decides.
func New(c *Chooser, seen *Explored, k Kernel, n int, pc table.Addr) *World {
	w := &World{Kernel: k, choices: c, seen: seen, memory: map[table.Addr]byte{}, planted: map[table.Addr]bool{}, alive: true}
	w.load()
	w.write(cs, make([]byte, 32))
	w.put64(cs+8, uint64(Start))
	w.put64(cs+16, uint64(End-Start))
	w.put64(cs+24, uint64(Abort))
	w.write(Data, make([]byte, 8*cpus))
	for i := range n {
		th := &Thread{TID: i + 1, held: true, area: area + table.Addr(0x100*i)}
		th.Rseq = w.config(th)
		th.trapped = true
		th.Regs = amd64.Regs(machine.Words{amd64.RIP: uint64(pc), amd64.FSBase: uint64(th.area) - areaAt, amd64.RCX: areaAt, amd64.RAX: uint64(cs), amd64.RSI: 1, amd64.RDI: uint64(Data), amd64.RSP: 0x7000, amd64.EFLAGS: 0x202})
		w.write(th.area, make([]byte, k.size()))
		w.put32(th.area+flagsAt, k.flags())
		w.threads = append(w.threads, th)
	}
	return w
}

// config is a thread's registration.
func (w *World) config(th *Thread) tracee.RseqConfig {
	return tracee.RseqConfig{Area: th.area, Size: w.Kernel.size(), Signature: 0x53053053}
}

func (w *World) broken(format string, args ...any) {
	w.Broken = append(w.Broken, fmt.Sprintf(format, args...))
}

// Sum is the sum of all counters.
func (w *World) Sum() (n int) {
	for c := range cpus {
		n += int(w.get64(Data + table.Addr(8*c)))
	}
	return n
}

// Thread finds a thread; nil for none.
func (w *World) Thread(tid int) *Thread {
	for _, th := range w.threads {
		if th.TID == tid {
			return th
		}
	}
	return nil
}

func (th *Thread) inVain() {
	th.InVain++
	th.Most = max(th.Most, th.InVain)
}

// happens decides which of the named events happens now; "" for nothing.
func (w *World) happens(names ...string) string {
	w.count()
	return w.seen.happens(w.choices, names)
}

// count hashes the machine's state.
func (w *World) count() {
	h := fnv.New64a()
	for _, th := range w.threads {
		fmt.Fprint(h, th.TID, th.Regs.W[amd64.RIP], th.Regs.W[amd64.RDX], th.Regs.W[amd64.R8], th.Rseq.Area, th.Mask, th.Debug, th.Pinned, th.cpu, th.held, th.pending, th.trapped, th.writtenCPU, w.get64(th.area), w.get64(th.area+8), ";")
	}
	fmt.Fprint(h, w.Planted(), w.queue, w.get64(Data), w.get64(Data+8), w.alive)
	w.seen.States[h.Sum64()] = true
}

// Planted lists the software breakpoints, sorted.
func (w *World) Planted() []table.Addr {
	var list []table.Addr
	for a := range w.planted {
		list = append(list, a)
	}
	sort.Slice(list, func(i, j int) bool { return list[i] < list[j] })
	return list
}

// Left lists what the debugger has left in the program; nil for nothing.
func (w *World) Left() (left []string) {
	if !w.alive || w.dead {
		return nil
	}
	for _, th := range w.threads {
		if got := w.get32(th.area + flagsAt); got != w.Kernel.flags() {
			left = append(left, fmt.Sprintf("thread %d: flags %#x, they were %#x", th.TID, got, w.Kernel.flags()))
		}
		if th.Rseq.Area != th.area || th.Pinned || th.Mask != 0 || th.Debug != [4]debug{} || !th.held {
			left = append(left, fmt.Sprintf("thread %d: %+v", th.TID, *th))
		}
	}
	if w.dies {
		left = append(left, "it dies with the debugger")
	}
	if len(w.planted) > 0 {
		left = append(left, fmt.Sprintf("planted: %v", w.Planted()))
	}
	return left
}

// kill ends the process: its threads end immediately, and the event is queued.
func (w *World) kill() tracee.Event {
	ev := tracee.Event{Kind: tracee.EventProcessExit, TID: 1, Status: tracee.ExitStatus{Signaled: true, Signal: 9}}
	w.threads, w.queue, w.alive = nil, nil, false
	return ev
}
