package remote

import (
	"math/bits"
	"os"
	"strconv"
	"sync"
	"time"

	"golang.org/x/sys/unix"
)

// beside has the debugger that started us share our CPU while it moves the program
// in a burst. A step of Delve's is some fifteen questions and answers between two
// processes, and a breakpoint's false condition some ten. On one CPU each is a switch
// between neighbours; across two it is a wake-up, which takes longer than all
// that is done for it. In a burst of steps that CPU is the stepped thread's. The
// debugger is not to get in the way of the thread's sections
// there: of SCHED_BATCH (sched(7)) it preempts nobody when it wakes up. Only the
// debugger's own scheduling is changed, and given back when it is silent for a
// while, when the program runs for a while, or is let go of.
type beside struct {
	pid   int       // the debugger; 0: it stays where it is
	quick int       // commands that came in a row
	last  time.Time // of the last
	runs  *time.Timer

	mu     sync.Mutex // what follows
	cpu    int        // that it shares; -1: none
	before map[int]scheduling
	usual  scheduling // for threads that were made meanwhile
}

// scheduling is where and how a thread is run.
type scheduling struct {
	cpus   unix.CPUSet
	policy unix.SchedAttr // zero where it is neither SCHED_NORMAL nor SCHED_BATCH, and left alone
}

const (
	quickMove = 20 * time.Millisecond // how long after the last command one is of the same burst
	burst     = 16                    // commands that make one: no user types them
)

// resumesBeside notes that a client lets the program run, for a step or until it stops.
func (s *Server) resumesBeside(step bool, now time.Time) {
	b := &s.beside
	b.quick++
	if now.Sub(b.last) > quickMove {
		b.quick = 0
	}
	b.last = now
	switch {
	case b.pid == 0 || b.quick < burst:
		if !step {
			s.apart()
		}
	case step:
		b.share(onlyCPU()) // the Engine pins us when it steps (stepper.Policy.Pin)
	default:
		b.share(s.process.target.Stay())
		b.runs = time.AfterFunc(restAfter, b.part)
	}
}

// stopped notes that the program has stopped.
func (b *beside) stopped() {
	if b.runs != nil {
		b.runs.Stop()
	}
}

// share has the debugger on a CPU, and nowhere for -1.
func (b *beside) share(cpu int) {
	b.mu.Lock()
	defer b.mu.Unlock()
	if cpu != b.cpu {
		b.leave()
		b.join(cpu)
	}
}

// part gives the debugger back what it had. Any goroutine may call it.
func (b *beside) part() {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.leave()
}

// join puts the debugger's threads on a CPU, those that may be on it. Precondition
// of it and what follows: mu is locked.
func (b *beside) join(cpu int) {
	if cpu < 0 || !b.there() {
		return
	}
	b.cpu, b.before = cpu, map[int]scheduling{}
	for _, tid := range threadsOf(b.pid) {
		at, ok := schedulingOf(tid)
		if !ok || !at.cpus.IsSet(cpu) {
			continue
		}
		if at.cpus == just(cpu) { // by its own wish
			b.before[tid] = at
			continue
		}
		there := scheduling{just(cpu), at.policy}
		there.policy.Policy = unix.SCHED_BATCH
		if there.give(tid) {
			b.before[tid], b.usual = at, at
		}
	}
}

// leave gives them back what they had. A thread that was made meanwhile has what
// its maker had then, even one that is made while we are at it: hence again,
// a few times at the most.
func (b *beside) leave() {
	if b.cpu < 0 {
		return
	}
	for range 8 {
		if b.giveBack() == 0 {
			break
		}
	}
	b.cpu, b.before = -1, nil
}

// giveBack returns how many threads it found there and gave theirs.
func (b *beside) giveBack() (n int) {
	if len(b.before) == 0 || !b.there() {
		return 0
	}
	for _, tid := range threadsOf(b.pid) {
		now, ok := schedulingOf(tid)
		if !ok || now.cpus != just(b.cpu) {
			continue // gone, or changed by itself
		}
		at, ok := b.before[tid]
		if !ok {
			at = b.usual
		}
		if at.cpus != now.cpus && at.give(tid) {
			n++
		}
	}
	return n
}

// schedulingOf is a thread's; false for one that has ended.
func schedulingOf(tid int) (s scheduling, ok bool) {
	if unix.SchedGetaffinity(tid, &s.cpus) != nil {
		return s, false
	}
	policy, err := unix.SchedGetAttr(tid, 0)
	if err != nil {
		return s, false
	}
	if policy.Policy == unix.SCHED_NORMAL || policy.Policy == unix.SCHED_BATCH {
		s.policy = *policy
		s.policy.Runtime = 0 // its slice, which written would be its own wish (kernel/sched/syscalls.c, since v6.12)
	}
	return s, true
}

// give changes a thread's; false for one that has ended.
func (s scheduling) give(tid int) bool {
	return unix.SchedSetaffinity(tid, &s.cpus) == nil &&
		(s.policy.Size == 0 || unix.SchedSetAttr(tid, &s.policy, 0) == nil)
}

// there reports whether the process id is the debugger's still.
func (b *beside) there() bool { return os.Getppid() == b.pid }

func just(cpu int) (set unix.CPUSet) {
	set.Set(cpu)
	return set
}

// onlyCPU is the one that the calling thread may be on; -1 where it is not one.
func onlyCPU() int {
	var set unix.CPUSet
	if unix.SchedGetaffinity(0, &set) != nil || set.Count() != 1 {
		return -1
	}
	for i, word := range set {
		if word != 0 {
			return i*bits.UintSize + bits.TrailingZeros64(uint64(word))
		}
	}
	return -1
}

// threadsOf are the ids of a process's threads.
func threadsOf(pid int) (tids []int) {
	names, _ := os.ReadDir("/proc/" + strconv.Itoa(pid) + "/task") // none: it has ended
	for _, n := range names {
		if tid, err := strconv.Atoi(n.Name()); err == nil {
			tids = append(tids, tid)
		}
	}
	return tids
}
