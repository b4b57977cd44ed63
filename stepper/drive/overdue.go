package drive

import (
	"bytes"
	"fmt"
	"os"
	"sync/atomic"
)

// watchUnit sets a watchdog on a unit, which normally takes some tens of nanoseconds, to examine
// its thread when the unit takes long. It ignores a thread that sleeps in the kernel and so waits
// for something else: the system call that a vDSO function falls back to, or a page fault.
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

// lookOverdue calls Move.Overdue for a thread that takes long, unless an event of the thread is
// queued, which shows that it has made progress.
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

// taskState returns the state letter of proc_pid_stat(5), 0 if the thread is gone.
func taskState(tid int) byte {
	b, err := os.ReadFile(fmt.Sprintf("/proc/%d/task/%d/stat", tid, tid))
	if err != nil {
		return 0
	}
	// The name is in parentheses and may contain any character, including parentheses.
	after := b[bytes.LastIndexByte(b, ')')+1:]
	if len(after) < 2 {
		return 0
	}
	return after[1]
}
