package stepper

import (
	"bytes"
	"encoding/binary"
	"fmt"
	"os"
	"strconv"
	"sync"
	"sync/atomic"
	"time"

	"rseqstep/stepper/drive"
	"rseqstep/table"
)

// sentry watches a Continue for threads that loop around a section and never commit. Once in
// each stuck-time it looks from outside, without stopping anything: which threads have used a
// CPU, and which of those have armed a section (it reads their rseq_cs while they run). Only if
// a thread may have done so does the Engine hold every thread for a moment, and give that
// thread a probe (stuck.go). If the thread commits, it hits the probe once, and that removes
// the probe. So the Engine stops a program that makes progress once in the stuck-time, and also
// one that computes without an area; it does not stop one that sleeps, or computes outside of
// sections.
//
// Refused: stopping threads to sample their PCs, which aborts sections of correct programs;
// counting by perf_event_open(2), which containers usually forbid.
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
	found []int              // the threads that the Engine must look at closely
	told  map[toldOf]bool
}

// toldOf is a thread and a section's start, which identify a report.
type toldOf struct {
	tid   int
	start table.Addr
}

// watchContinue sets a sentry on a move that waits for nothing (Free), nil if the policy
// disables it.
func (e *Engine) watchContinue(m *drive.Move) *sentry {
	if !m.Free || e.policy.Stuck == StuckIgnored || e.policy.StuckTime <= 0 {
		return nil
	}
	s := &sentry{period: e.policy.StuckTime, wake: e.target.Interrupt, pid: e.target.PID(), areas: map[int]table.Addr{}, told: map[toldOf]bool{}}
	s.learn(e.sections.Image())
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
	if s != nil {
		s.mu.Lock()
		defer s.mu.Unlock()
		s.timer.Stop()
		s.over = true
	}
}

// renew forgets what the sentry saw of a program that another one has replaced.
func (s *sentry) renew() {
	if s != nil {
		s.mu.Lock()
		defer s.mu.Unlock()
		clear(s.areas)
		clear(s.told)
		s.found = nil
	}
}

// learn notes whether the program has sections now: a library that it loads, and the next
// program, may have the first ones.
func (s *sentry) learn(image *table.Image) {
	if s != nil {
		s.needed.Store(len(image.Sections()) > 0)
	}
}

// due reports whether there are threads that the Engine must look at closely.
func (s *sentry) due() bool { return s != nil && s.fired.Swap(false) }

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
	s.timer.Reset(s.period) // a different wait of the Engine may consume the wake-up, so look again
	s.found = busy(s.ran, now, time.Since(s.last))
	s.ran, s.last = now, time.Now()
	s.found = s.armed(s.found)
	if len(s.found) > 0 && s.needed.Load() {
		s.fired.Store(true)
		s.wake()
	}
}

// busy lists the threads that have used a CPU for a fiftieth of the period: on an overloaded
// machine even an endless loop gets no more.
func busy(before, now map[int]uint64, period time.Duration) (list []int) {
	for tid, ns := range now {
		if was, ok := before[tid]; ok && ns-was >= uint64(period)/50 {
			list = append(list, tid)
		}
	}
	return list
}

// armed removes the threads that are known to have no section armed now.
func (s *sentry) armed(list []int) (left []int) {
	mem, err := os.Open(fmt.Sprintf("/proc/%d/mem", s.pid))
	if err != nil {
		return list // gone, or not readable for us: the Engine reads it when the thread is held
	}
	defer mem.Close()
	for _, tid := range list {
		area, known := s.areas[tid]
		if known && !mayBeArmed(mem, area) {
			continue
		}
		left = append(left, tid)
	}
	return left
}

// mayBeArmed reports whether the area that a thread had when it was last held has a section
// armed, or may no longer be the thread's: a thread without an area may have registered one
// since, and when an area is unregistered the kernel writes -1 to its cpu_id
// (rseq_reset_rseq_cpu_node_id, kernel/rseq.c).
func mayBeArmed(mem *os.File, area table.Addr) bool {
	const cpuID, rseqCS = 4, 8 // in struct rseq (include/uapi/linux/rseq.h)
	var b [rseqCS + 8]byte
	if area == 0 {
		return true
	}
	n, err := mem.ReadAt(b[:], int64(area))
	return err != nil || n < len(b) || int32(binary.LittleEndian.Uint32(b[cpuID:])) < 0 || binary.LittleEndian.Uint64(b[rseqCS:]) != 0
}

// onCPU is how long each thread of a process has used a CPU, ns: the first number of
// /proc/PID/task/TID/schedstat (Documentation/scheduler/sched-stats.rst).
func onCPU(pid int) map[int]uint64 {
	tasks, err := os.ReadDir(fmt.Sprintf("/proc/%d/task", pid))
	if err != nil {
		return nil
	}
	ran := map[int]uint64{}
	for _, t := range tasks {
		b, err := os.ReadFile(fmt.Sprintf("/proc/%d/task/%s/schedstat", pid, t.Name()))
		if err != nil {
			continue
		}
		first, _, _ := bytes.Cut(b, []byte(" "))
		tid, _ := strconv.Atoi(t.Name())
		if ns, err := strconv.ParseUint(string(first), 10, 64); err == nil {
			ran[tid] = ns
		}
	}
	return ran
}

// closely reads the rseq state of the threads that may loop around a section, and sets or
// advances their probes.
// Precondition: every thread is held.
func (e *Engine) closely(s *sentry) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.pid = e.target.PID()
	for _, tid := range s.found {
		th := e.thread(tid)
		if th == nil || !e.target.Held(tid) || e.target.Queued(tid) {
			continue
		}
		now, err := e.rseq.Read(th.Thread)
		if err != nil {
			continue // the thread is exiting; its exit is the next event
		}
		s.areas[tid] = now.Config.Area
		th.watch.probe = th.watch.probe.found(now.Section)
	}
}

// endProbes removes the probes of a Continue.
func (e *Engine) endProbes() {
	for th := range e.threads() {
		th.watch.probe, th.watch.helped = nil, nil
	}
}
