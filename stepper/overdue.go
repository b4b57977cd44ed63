package stepper

import (
	"bytes"
	"fmt"
	"os"
	"sync/atomic"
)

// watchUnit sets a watchdog on a unit, which is to take some tens of nanoseconds: its
// thread is looked at when it takes long. What sleeps in the kernel waits for somebody
// and is left alone: a system call that the function fell back to, a page on its way.
func (e *Engine) watchUnit(m *move) {
	var ran atomic.Bool
	tid, look := m.th.tid, m.overdue
	m.watchdog = startWatchdog(func() {
		ran.Store(taskState(tid) == 'R')
		e.target.Interrupt()
	})
	m.overdue = func(th *thread) answer {
		if !ran.Load() {
			return answer{}
		}
		return look(th)
	}
}

// lookOverdue lets a move look at its thread, which takes long, unless the thread has
// an event that is still to be told: then it has moved on.
// Precondition: every thread is held.
func (e *Engine) lookOverdue(m *move) answer {
	th := m.th
	if e.threads[th.tid] == th && !e.target.Queued(th.tid) {
		if a := e.put(m, func() answer { return m.overdue(th) }); !a.goesOn() {
			return a
		}
	}
	m.watchdog.again(true)
	return answer{}
}

// taskState is the state letter of proc_pid_stat(5), 0 when the thread is gone.
func taskState(tid int) byte {
	b, err := os.ReadFile(fmt.Sprintf("/proc/%d/task/%d/stat", tid, tid))
	if err != nil {
		return 0
	}
	// The name stands in parentheses and may hold anything, parentheses too.
	after := b[bytes.LastIndexByte(b, ')')+1:]
	if len(after) < 2 {
		return 0
	}
	return after[1]
}
