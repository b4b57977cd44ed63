//go:build linux && (amd64 || arm64)

package ptrace

import (
	"errors"
	"time"

	"golang.org/x/sys/unix"
)

// resumeInPlace is Resume for a thread that must run on the CPU it stopped on.
// A thread that stopped between reading its CPU's number and the section that
// compares it would otherwise abort there, because the kernel seldom wakes a
// tracee on its tracer's CPU: 88 of 160 continues between the two aborted.
//
// So the tracer moves to another CPU for the wake-up and narrows the thread's affinity.
// Either alone is not enough: the thread then woke elsewhere in up to 193 of 200 rounds.
// The tracer restores the affinity as soon as the thread runs, before it can make a
// system call: the resume is a PTRACE_SYSCALL, so the thread stops at the entry of its
// first call until the tracer has finished. Without that stop, a tracer that lost its own
// CPU meanwhile could overwrite an affinity that the program had just set, or a new child
// could inherit the narrow one.
//
// The tracer stays away until the thread has had its CPU: an idle CPU takes some 30 µs to
// wake, and another CPU that has just become idle steals a thread that waits for it. With
// four other threads resumed meanwhile, this happened to 1 in 60.
//
// A thread that is to survive the debugger (disarmExitKill) keeps its affinity: if
// the debugger were killed in that time, the thread would keep the narrow one.
// Such a thread may see an abort, as any preemption causes.
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
	if err != nil || t.migrates || affinity(tid, &thread) != 0 || affinity(0, &own) != 0 || !thread.has(st.processor) {
		return p.Resume(tid, sig)
	}
	here := only(st.processor)
	if thread == here {
		return p.Resume(tid, sig)
	}
	elsewhere := own
	if p.keepsCPU {
		elsewhere = p.home
	}
	elsewhere[st.processor/64] &^= here[st.processor/64]
	near := own.has(st.processor)
	moved := near && elsewhere != (cpuMask{}) && setAffinity(0, &elsewhere) == 0
	var turns uint64
	counted := false
	if moved || !near { // if the thread waits for the tracer's own CPU, waiting here is useless
		turns, counted = p.turns(tid)
	}
	outlives := !p.launched && p.intact(t)
	narrowed := !outlives && setAffinity(tid, &here) == 0
	if narrowed {
		err = p.resumeWith(tid, reqSyscall, sig)
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

// turnPatience bounds the wait for a CPU that has other work. A turn there is 3
// ms (base_slice_ns of EEVDF, kernel/sched/fair.c).
const turnPatience = 3 * time.Millisecond

// awaitTurn returns when the scheduler has run a thread since turns were counted, or
// after turnPatience. Precondition: that CPU is not the tracer's.
func (p *Process) awaitTurn(tid int, turns uint64) {
	for end := time.Now().Add(turnPatience); time.Now().Before(end); {
		if now, ok := p.turns(tid); !ok || now != turns {
			return
		}
	}
}
