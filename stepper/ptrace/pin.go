//go:build linux && (amd64 || arm64)

package ptrace

import (
	"errors"
	"os"

	"golang.org/x/sys/unix"
)

// cpuMask is a set of CPUs as sched_setaffinity(2) takes it: 8192 of them, the
// most that Linux can be built for (CONFIG_NR_CPUS).
type cpuMask [8192 / 64]uint64

func (m *cpuMask) has(cpu int) bool {
	return cpu >= 0 && cpu < 64*len(m) && m[cpu/64]>>(cpu%64)&1 != 0
}

func only(cpu int) (m cpuMask) {
	m[cpu/64] = 1 << (cpu % 64)
	return m
}

// pin records the pinned thread and the affinities to restore.
type pin struct {
	tid         int // 0: nothing is pinned
	cpu         int
	again       bool    // Unpin has failed once
	thread, own cpuMask // previous affinities
}

// Pin puts the thread and the tracer's OS thread on the CPU that the thread is
// on. Each wait is then a switch between two neighbours instead of a wake-up
// across CPUs: about four times the steps per second. It changes the program's
// own affinity, so keep it short and never step sched_getaffinity under it. If
// the two have no CPU in common, or the thread's affinity cannot be changed,
// Pin does nothing and returns no error.
func (p *Process) Pin(tid int) error {
	if p.pinned.tid == tid {
		return nil
	}
	if err := p.Unpin(); err != nil {
		return err
	}
	t, err := p.findHeld(tid, "pin")
	if err != nil {
		return err
	}
	pn := &p.pinned
	if affinity(tid, &pn.thread) != 0 || affinity(0, &pn.own) != 0 {
		return nil
	}
	both := func(cpu int) bool { return pn.thread.has(cpu) && pn.own.has(cpu) }
	cpu := p.cpuOf(t)
	if !both(cpu) { // the program may have written to its area, or the kernel not yet
		st, err := readStat(t.tid, t.tid)
		if err != nil || !both(st.processor) {
			return nil
		}
		cpu = st.processor
	}
	one := only(cpu)
	if setAffinity(tid, &one) != 0 {
		return nil
	}
	if e := setAffinity(0, &one); e != 0 {
		if e2 := setAffinity(tid, &pn.thread); e2 != 0 && e2 != unix.ESRCH {
			return &Error{Op: "restore affinity", TID: tid, Err: e2}
		}
		return nil
	}
	pn.tid, pn.cpu = tid, cpu
	return nil
}

// Unpin restores the affinities of the pinned thread and of the tracer. If the thread's
// affinity has been changed meanwhile, it stays as it is. If Unpin fails, it may be
// called once more; after that nothing counts as pinned.
func (p *Process) Unpin() error {
	p.kicker.quiet()
	pn := &p.pinned
	if pn.tid == 0 {
		return nil
	}
	err := p.unpin(pn.tid)
	if pn.again = err != nil && !pn.again; !pn.again {
		pn.tid = 0
	}
	return err
}

func (p *Process) unpin(tid int) error {
	pn := &p.pinned
	var errs error
	if e := setAffinity(0, &pn.own); e != 0 {
		errs = &Error{Op: "restore our affinity", TID: p.owner, Err: e}
	}
	var now cpuMask
	if affinity(tid, &now) != 0 || now != only(pn.cpu) {
		return errs // gone, or the program changed it
	}
	if e := setAffinity(tid, &pn.thread); e != 0 && e != unix.ESRCH {
		errs = errors.Join(errs, &Error{Op: "restore affinity", TID: tid, Err: e})
	}
	return errs
}

// Stay keeps the tracer's OS thread on one CPU until Roam: that of the pinned thread, or
// else the one it is on. A thread that the debugger brings there finds it there. Until
// then Pin takes only threads of that CPU. Stay returns the CPU; -1: none, nothing
// changed.
func (p *Process) Stay() (cpu int) {
	pn := &p.pinned
	if p.keepsCPU {
		return p.stay
	}
	if pn.tid != 0 {
		p.home, p.stay, p.keepsCPU = pn.own, pn.cpu, true
		pn.own = only(pn.cpu)
		return p.stay
	}
	own, err := readStat(os.Getpid(), p.owner)
	if err != nil || affinity(0, &p.home) != 0 {
		return -1
	}
	if one := only(own.processor); setAffinity(0, &one) != 0 {
		return -1
	}
	p.stay, p.keepsCPU = own.processor, true
	return p.stay
}

// unpinAndRoam ends Pin and Stay.
func (p *Process) unpinAndRoam() error { return errors.Join(p.Unpin(), p.Roam()) }

// Roam ends Stay, or does nothing.
func (p *Process) Roam() error {
	if !p.keepsCPU {
		return nil
	}
	p.keepsCPU = false
	if p.pinned.tid != 0 {
		p.pinned.own = p.home
		return nil
	}
	if e := setAffinity(0, &p.home); e != 0 {
		return &Error{Op: "restore our affinity", TID: p.owner, Err: e}
	}
	return nil
}
