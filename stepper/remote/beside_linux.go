package remote

import (
	"math/bits"
	"os"
	"strconv"
	"sync"
	"time"

	"golang.org/x/sys/unix"
)

// beside makes the debugger that started the server share the server's CPU while it steps
// the program in a burst. One step of Delve's takes some fifteen packets and replies
// between two processes, and a false breakpoint condition some ten. On one CPU each is a
// switch between neighbours; across two it is a wake-up, which takes longer than all the
// work. During a burst of steps that CPU is the stepped thread's. The debugger must not
// preempt the thread in its sections there: with SCHED_BATCH (sched(7)) a thread that
// wakes up preempts no other. beside changes only the debugger's scheduling, and restores
// it when the debugger is silent for a while, when the program runs for a while, or when
// the server detaches.
type beside struct {
	pid   int       // the debugger; 0: it stays where it is
	quick int       // commands in a row so far
	last  time.Time // time of the last one
	runs  *time.Timer

	mu     sync.Mutex // guards what follows
	cpu    int        // the shared CPU; -1: none
	before map[int]scheduling
	usual  scheduling // for threads created meanwhile
}

// scheduling is a thread's affinity and scheduling policy.
type scheduling struct {
	cpus   unix.CPUSet
	policy unix.SchedAttr // zero if it is neither SCHED_NORMAL nor SCHED_BATCH; then it is not changed
}

const (
	quickMove = 20 * time.Millisecond // a command within this time of the last one belongs to the same burst
	burst     = 16                    // commands that make a burst: no user types so many
)

// resumesBeside records that a client resumes the program, for a step or until it stops.
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
			s.endBurst()
		}
	case step:
		b.share(onlyCPU()) // the Engine pins the server's thread when it steps (stepper.Policy.Pin)
	default:
		b.share(s.process.target.Stay())
		b.runs = time.AfterFunc(restAfter, b.restore)
	}
}

// stopped records that the program has stopped.
func (b *beside) stopped() {
	if b.runs != nil {
		b.runs.Stop()
	}
}

// share moves the debugger to a CPU; -1 restores its own affinity.
func (b *beside) share(cpu int) {
	b.mu.Lock()
	defer b.mu.Unlock()
	if cpu != b.cpu {
		b.restoreThreads()
		b.moveThreads(cpu)
	}
}

// restore restores the debugger's scheduling. Any goroutine may call it.
func (b *beside) restore() {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.restoreThreads()
}

// moveThreads moves the debugger's threads to a CPU, those that may run there. Precondition of
// it and of the functions below: mu is locked.
func (b *beside) moveThreads(cpu int) {
	if cpu < 0 || !b.sameParent() {
		return
	}
	b.cpu, b.before = cpu, map[int]scheduling{}
	for _, tid := range threadsOf(b.pid) {
		at, ok := schedulingOf(tid)
		if !ok || !at.cpus.IsSet(cpu) {
			continue
		}
		if at.cpus == just(cpu) { // it chose that itself
			b.before[tid] = at
			continue
		}
		there := scheduling{just(cpu), at.policy}
		there.policy.Policy = unix.SCHED_BATCH
		if there.apply(tid) {
			b.before[tid], b.usual = at, at
		}
	}
}

// restoreThreads restores the threads' scheduling. A thread created meanwhile inherits its
// creator's current one, even a thread created during leave: hence the repetitions, a few
// at most.
func (b *beside) restoreThreads() {
	if b.cpu < 0 {
		return
	}
	for range 8 {
		if b.restoreEach() == 0 {
			break
		}
	}
	b.cpu, b.before = -1, nil
}

// restoreEach restores the threads it finds and returns their number.
func (b *beside) restoreEach() (n int) {
	if len(b.before) == 0 || !b.sameParent() {
		return 0
	}
	for _, tid := range threadsOf(b.pid) {
		now, ok := schedulingOf(tid)
		if !ok || now.cpus != just(b.cpu) {
			continue // it has ended, or has changed this itself
		}
		at, ok := b.before[tid]
		if !ok {
			at = b.usual
		}
		if at.cpus != now.cpus && at.apply(tid) {
			n++
		}
	}
	return n
}

// schedulingOf reads a thread's scheduling; ok is false if it has ended.
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
		s.policy.Runtime = 0 // its slice: writing it back would make it an explicit request (kernel/sched/syscalls.c, since v6.12)
	}
	return s, true
}

// apply sets a thread's scheduling; false if it has ended.
func (s scheduling) apply(tid int) bool {
	return unix.SchedSetaffinity(tid, &s.cpus) == nil &&
		(s.policy.Size == 0 || unix.SchedSetAttr(tid, &s.policy, 0) == nil)
}

// sameParent reports whether the process id is still the debugger's.
func (b *beside) sameParent() bool { return os.Getppid() == b.pid }

func just(cpu int) (set unix.CPUSet) {
	set.Set(cpu)
	return set
}

// onlyCPU is the single CPU that the calling thread may run on; -1 if there are
// several.
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
	names, _ := os.ReadDir("/proc/" + strconv.Itoa(pid) + "/task") // none if it has ended
	for _, n := range names {
		if tid, err := strconv.Atoi(n.Name()); err == nil {
			tids = append(tids, tid)
		}
	}
	return tids
}
