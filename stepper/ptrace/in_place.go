//go:build linux && amd64

package ptrace

import (
	"errors"
	"time"

	"golang.org/x/sys/unix"
)

// resumeInPlace is Resume for a thread that has to go on on the CPU it stopped
// on. A thread that was stopped between reading its CPU's number and the
// section that compares it would otherwise abort there, because the kernel
// seldom wakes a tracee on the CPU its tracer runs on: of 160 continues from
// between the two 88 aborted.
//
// So we are on another CPU for the wake-up, and the thread's affinity is narrowed
// for it: with the one without the other it woke elsewhere in up to 193 of 200
// rounds. It is whole again as soon as the thread runs, and before it makes a
// system call: at the first one's entry it stops (PTRACE_SYSCALL) and waits for
// us, who are done by then. Otherwise we, when we lost our own CPU in between,
// gave back what the program had replaced, or had a child inherit the narrow one.
//
// And we stay away until the thread has had its CPU: an idle CPU takes some 30 µs
// to wake, and a thread that only waits for it is stolen by another CPU that has
// just become idle. With four other threads let go meanwhile 1 in 60 was.
//
// A thread that is to outlive us (reprieve) keeps its affinity: killed in that
// time, we would leave it the narrow one. What it may meet is an abort
// such as any preemption brings.
func (p *Process) resumeInPlace(tid, sig int) error {
	if p.pinned.tid != 0 {
		if err := p.Unpin(); err != nil {
			return err
		}
	}
	t, err := p.findHeld(tid, "resume")
	if err != nil {
		return err
	}
	var thread, own cpuMask
	st, err := readStat(t.tid, t.tid)
	if err != nil || t.moves || affinity(tid, &thread) != 0 || affinity(0, &own) != 0 || !thread.has(st.processor) {
		return p.Resume(tid, sig)
	}
	here := only(st.processor)
	if thread == here {
		return p.Resume(tid, sig)
	}
	elsewhere := own
	if p.stays {
		elsewhere = p.home
	}
	elsewhere[st.processor/64] &^= here[st.processor/64]
	near := own.has(st.processor)
	moved := near && elsewhere != (cpuMask{}) && setAffinity(0, &elsewhere) == 0
	var turns uint64
	counted := false
	if moved || !near { // where it is our own CPU that it waits for, we wait in vain
		turns, counted = p.turns(tid)
	}
	outlives := !p.launched && p.intact(t)
	narrowed := !outlives && setAffinity(tid, &here) == 0
	if narrowed {
		err = p.letGo(tid, reqSyscall, sig)
	} else {
		err = p.Resume(tid, sig)
	}
	if err == nil && counted && !t.held && !t.listens {
		p.awaitTurn(tid, turns)
	}
	if narrowed {
		if e := setAffinity(tid, &thread); e != 0 && e != unix.ESRCH {
			err = errors.Join(err, &Error{Op: "restore affinity", TID: tid, Err: e})
		}
	}
	if moved {
		if e := setAffinity(0, &own); e != 0 {
			err = errors.Join(err, &Error{Op: "restore the debugger's affinity", Err: e})
		}
	}
	return err
}

// turnPatience bounds how long a CPU that has other work is waited for. A turn
// there is 3 ms (base_slice_ns of EEVDF, kernel/sched/fair.c).
const turnPatience = 3 * time.Millisecond

// awaitTurn returns when a thread has been given a CPU since turns were counted,
// or has not been for long. Precondition: that CPU is not ours.
func (p *Process) awaitTurn(tid int, turns uint64) {
	for end := time.Now().Add(turnPatience); time.Now().Before(end); {
		if now, ok := p.turns(tid); !ok || now != turns {
			return
		}
	}
}
