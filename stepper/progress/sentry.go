package progress

import (
	"sync"
	"sync/atomic"
	"time"

	"rseqstep/table"
)

// sentry watches a Continue for threads that loop around a section and never commit. Once in
// each stuck-time it looks from outside, without stopping anything: which threads have used a
// CPU, and which of those have armed a section (it reads their rseq_cs while they run). Only if
// a thread may have done so does the loop hold every thread for a moment, and the Watch gives that
// thread a probe. If the thread commits, it hits the probe once, and that removes the probe. So
// the Watch stops a program that makes progress once in the stuck-time, and also one that computes
// without an area; it does not stop one that sleeps, or computes outside of sections.
type sentry struct {
	timer  *time.Timer
	period time.Duration
	fired  atomic.Bool
	wake   func()
	needed atomic.Bool // the program has sections

	mu    sync.Mutex
	over  bool
	pid   int
	last  time.Time          // when it looked last
	ran   map[int]uint64     // ns on a CPU, by thread, at that time; nil before
	areas map[int]table.Addr // of the threads whose area it has learned
	found []int              // the threads to look at closely
	told  map[toldOf]bool
}

// toldOf is a thread and a section's start, which identify a report.
type toldOf struct {
	tid   int
	start table.Addr
}

// newSentry starts a sentry over a process. After period, and then again and again, it calls wake
// on a goroutine of its own if there may be threads that make no progress.
func newSentry(pid int, period time.Duration, image *table.Image, wake func()) *sentry {
	s := &sentry{period: period, wake: wake, pid: pid, areas: map[int]table.Addr{}, told: map[toldOf]bool{}}
	s.learn(image)
	s.mu.Lock()
	defer s.mu.Unlock()
	s.timer = time.AfterFunc(s.soon(), s.look)
	return s
}

// soon is how long the sentry waits before its first look, and then before the second, which it
// can compare with the first: a tenth of the period for both, since the probe needs the rest.
// It reads nothing at the start, because most Continues end sooner.
func (s *sentry) soon() time.Duration { return s.period / 20 }

func (s *sentry) end() {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.timer.Stop()
	s.over = true
}

// renew forgets what the sentry saw of a program that another one has replaced.
func (s *sentry) renew() {
	s.mu.Lock()
	defer s.mu.Unlock()
	clear(s.areas)
	clear(s.told)
	s.found = nil
}

// learn notes whether the program has sections now: a library that it loads, and the next
// program, may have the first ones.
func (s *sentry) learn(image *table.Image) { s.needed.Store(len(image.Sections()) > 0) }

// due reports whether there are threads to look at closely.
func (s *sentry) due() bool { return s.fired.Swap(false) }

// tell reports whether a thread stuck in a section has not been reported yet.
func (s *sentry) tell(tid int, start table.Addr) bool {
	is := toldOf{tid, start}
	was := s.told[is]
	s.told[is] = true
	return !was
}

// look reads the threads' state from outside, on a goroutine of its own.
func (s *sentry) look() {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.over {
		return
	}
	now := onCPU(s.pid)
	if s.ran == nil {
		s.timer.Reset(s.soon())
		s.ran, s.last = now, time.Now()
		return
	}
	s.timer.Reset(s.period) // a different wait of the loop may consume the wake-up, so look again
	s.found = busy(s.ran, now, time.Since(s.last))
	s.ran, s.last = now, time.Now()
	if mem, err := openMemory(s.pid); err == nil { // else gone, or not readable for us: the Watch reads it when the thread is held
		s.found = armed(mem, s.areas, s.found)
		mem.file.Close()
	}
	if len(s.found) > 0 && s.needed.Load() {
		s.fired.Store(true)
		s.wake()
	}
}

// closely calls read for each thread to look at, with every thread held, and records the area that
// it returns. read reports false for a thread that it cannot read now.
func (s *sentry) closely(pid int, read func(tid int) (area table.Addr, known bool)) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.pid = pid
	for _, tid := range s.found {
		if area, known := read(tid); known {
			s.areas[tid] = area
		}
	}
}
