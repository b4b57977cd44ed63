package stepper

import (
	"bytes"
	"fmt"
	"os"
	"sync/atomic"
)

// whenOverdue looks, every thread held, at a thread whose unit takes long: has it
// arrived after all, does the program stop, or does it go on.
type whenOverdue func(th *thread) (arrived bool, stop *Stop, err error)

// watchUnit sets a watchdog on a unit of thread tr.tid, which is to take some
// tens of nanoseconds. What sleeps in the kernel waits for somebody and is left
// alone: a system call that the function fell back to, a page on its way.
func (e *Engine) watchUnit(tr *traps) *watchdog {
	var ran atomic.Bool
	tid, look := tr.tid, tr.whenOverdue
	tr.watchdog = startWatchdog(func() {
		ran.Store(taskState(tid) == 'R')
		e.target.Interrupt()
	})
	tr.whenOverdue = func(th *thread) (bool, *Stop, error) {
		if !ran.Load() {
			return false, nil, nil
		}
		return look(th)
	}
	return tr.watchdog
}

// overdue holds every thread and lets tr.late decide, unless the thread has an
// event that is still to be told: then it has moved on.
func (e *Engine) overdue(tr *traps) (arrived bool, stop *Stop, err error) {
	if err := e.pause(); err != nil {
		return false, nil, err
	}
	if th, ok := e.threads[tr.tid]; ok && !e.target.Queued(tr.tid) {
		if err := e.load(th); err != nil {
			return false, nil, err
		}
		if arrived, stop, err := tr.whenOverdue(th); arrived || stop != nil || err != nil {
			return arrived, stop, err
		}
	}
	tr.watchdog.again(true)
	stop, err = e.release(tr.tid)
	return false, stop, err
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
