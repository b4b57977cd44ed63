package drive

import (
	"bytes"
	"fmt"
	"os"
	"sync/atomic"
)

// watchUnit sets a watchdog on a unit, which is to take some tens of nanoseconds: its
// thread is looked at when it takes long. What sleeps in the kernel waits for somebody
// and is left alone: a system call that the function fell back to, a page on its way.
func (d *Driver) watchUnit(m *Move) {
	var ran atomic.Bool
	tid, look := m.Thread.TID, m.Overdue
	m.Watchdog = newWatchdog(nil, func() {
		ran.Store(taskState(tid) == 'R')
		d.target.Interrupt()
	})
	m.Overdue = func(th *Thread) Answer {
		if !ran.Load() {
			return Answer{}
		}
		return look(th)
	}
}

// lookOverdue lets a move look at its thread, which takes long, unless the thread has
// an event that is still to be told: then it has moved on.
// Precondition: every thread is held.
func (d *Driver) lookOverdue(m *Move) Answer {
	th := m.Thread
	if d.threads[th.TID] == th && !d.target.Queued(th.TID) {
		if a := d.put(m, func() Answer { return m.Overdue(th) }); !a.GoesOn() {
			return a
		}
	}
	m.Watchdog.Again(true)
	return Answer{}
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
