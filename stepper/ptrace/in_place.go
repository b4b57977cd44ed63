//go:build linux

package ptrace

import (
	"errors"

	"golang.org/x/sys/unix"
)

// ResumeInPlace is Resume for a thread that has to go on on the CPU it stopped
// on. A thread that was stopped between reading its CPU's number and the
// section that compares it would otherwise abort there, because the kernel
// likes to wake a tracee on a CPU other than the tracer's: with both on one of
// two CPUs, 2 of 5 runs did.
//
// The thread's affinity is narrowed for the wake-up alone and is whole again
// before it can look: the tracer is on another CPU meanwhile, and gives it back
// in less time than the woken CPU needs to come out of idle. Where the two have
// no choice of CPUs, or the affinity may not be changed, it is a plain Resume;
// likewise for a thread that is to outlive us (reprieve): killed in those
// microseconds, we would leave it the narrow one. It runs natively then, and what
// it may meet is an abort such as any preemption brings.
func (p *Process) ResumeInPlace(tid, sig int) error {
	if p.pinned.tid != 0 {
		if err := p.Unpin(); err != nil {
			return err
		}
	}
	t, err := p.findHeld(tid, "resume")
	if err != nil {
		return err
	}
	if t.moves || !p.launched && p.intact(t) {
		return p.Resume(tid, sig)
	}
	var thread, own cpuMask
	st, err := readStat(p.pid, t.tid)
	if err != nil || affinity(tid, &thread) != 0 || affinity(0, &own) != 0 || !thread.has(st.processor) {
		return p.Resume(tid, sig)
	}
	here := only(st.processor)
	if thread == here {
		return p.Resume(tid, sig)
	}
	elsewhere := own
	elsewhere[st.processor/64] &^= here[st.processor/64]
	moved := elsewhere != (cpuMask{}) && elsewhere != own && setAffinity(0, &elsewhere) == 0
	narrowed := setAffinity(tid, &here) == 0
	err = p.Resume(tid, sig)
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
