//go:build linux && (amd64 || arm64)

package ptrace

import (
	"encoding/binary"
	"errors"
	"slices"

	"golang.org/x/sys/unix"

	"rseqstep/stepper/tracee"
)

// Detach releases the program as if it had never been traced: it removes the breakpoints,
// clears the debug registers and restores the affinities. It delivers the signal that a
// thread is stopped for, reported or not, unless DropSignal dropped it or it is a fault,
// which recurs when the instruction runs again. A process stopped by job control stays
// stopped.
func (p *Process) Detach() error {
	if !p.alive {
		return &Error{Op: "detach", TID: p.pid, Err: unix.ESRCH}
	}
	if err := p.Hold(); err != nil && p.alive {
		// A thread that cannot be stopped cannot be detached; the others can.
		return errors.Join(err, p.finish())
	}
	if !p.alive {
		return nil // it ended while it was being stopped; EventProcessExit is queued
	}
	return p.finish()
}

// finish detaches from everything that is traced and closes the Target.
func (p *Process) finish() error {
	var errs error
	for id := range p.children {
		errs = errors.Join(errs, p.DetachChild(id))
	}
	errs = errors.Join(errs, p.release())
	p.queue = nil
	p.close()
	return errs
}

// release detaches from every thread of the process. If the process has been
// killed meanwhile, its memory is gone and nothing needs to be restored.
func (p *Process) release() error {
	errs, removed := p.unpinAndRoam(), p.removeAll()
	var killed []int
	for _, t := range append([]*thread(nil), p.order...) {
		if t.zombie || !t.held {
			continue
		}
		if err := p.clearDebug(t); err != nil && !errors.Is(err, unix.ESRCH) {
			errs = errors.Join(errs, err)
		}
		errs = errors.Join(errs, p.releaseCall(t))
		pass := 0
		if t.stop == stopSignal && t.signal != 0 && !p.faultRecurs(t) {
			var err error
			if pass, err = p.prepareSignal(t, t.signal); err != nil {
				errs = errors.Join(errs, err)
			}
		}
		switch e := ptraceCall(reqDetach, t.tid, 0, uintptr(pass)); e {
		case 0:
		case unix.ESRCH:
			killed = append(killed, t.tid)
		default:
			errs = errors.Join(errs, &Error{Op: "detach", TID: t.tid, Err: e})
		}
		t.held = false
	}
	if len(killed) == 0 || !errors.Is(removed, unix.ESRCH) {
		errs = errors.Join(errs, removed)
	}
	return errors.Join(errs, p.reapHeld(killed))
}

// reapHeld reaps threads that were stopped and could not be detached: the process has been
// killed. Until its tracer has reaped all of them no one else sees its end, not even its
// parent (delay_group_leader, include/linux/sched/signal.h); the leader's status comes
// last.
func (p *Process) reapHeld(tids []int) error {
	slices.SortStableFunc(tids, func(a, b int) int {
		switch {
		case a == p.pid && b != p.pid:
			return 1
		case b == p.pid && a != p.pid:
			return -1
		}
		return 0
	})
	var errs error
	for _, tid := range tids {
		for {
			got, err := p.collect(tid, 0)
			if err != nil {
				if !errors.Is(err, unix.ECHILD) {
					errs = errors.Join(errs, err)
				}
				break
			}
			if ws := unix.WaitStatus(p.status); got == tid && (ws.Exited() || ws.Signaled()) {
				break
			}
		}
	}
	return errs
}

// faultRecurs reports whether a thread is stopped for a fault of the instruction at its
// PC. Delivering it could end a program whose registers have been changed since: gdb lets
// a function that it calls return to its stack, where no code may run, and then restores
// the registers.
func (p *Process) faultRecurs(t *thread) bool {
	last := map[int]int32{ // si_code of its faults, by asm-generic/siginfo.h; SI_KERNEL, a higher code, may have another cause
		int(unix.SIGSEGV): 0x7f, int(unix.SIGFPE): 0x7f, int(unix.SIGILL): 0x7f,
		int(unix.SIGBUS): 3, // BUS_OBJERR: higher codes report faulty memory
	}[t.signal]
	info, err := p.Siginfo(t.tid)
	if err != nil || len(info) < 12 {
		return false
	}
	code := int32(binary.NativeEndian.Uint32(info[8:]))
	return 0 < code && code <= last
}

// DropSignal drops the signal that a stopped thread is stopped for: Detach will
// not deliver it. (Go and Release deliver the signal they are given.)
func (p *Process) DropSignal(tid int) error {
	t, err := p.findHeld(tid, "drop signal")
	if err == nil && t.stop == stopSignal {
		t.signal = 0
	}
	return err
}

// Kill ends the process and reaps it. It detaches from processes that the
// program created and that are still stopped.
func (p *Process) Kill() error {
	if !p.alive {
		return nil
	}
	var errs error
	for id := range p.children {
		errs = errors.Join(errs, p.DetachChild(id))
	}
	errs = errors.Join(errs, p.unpinAndRoam())
	for _, id := range append([]int{p.pid}, p.otherGroups()...) {
		if err := unix.Kill(id, unix.SIGKILL); err != nil && err != unix.ESRCH {
			return errors.Join(errs, &Error{Op: "kill", TID: id, Err: err})
		}
	}
	for p.alive {
		got, err := p.collect(-1, 0)
		if err != nil {
			p.close()
			return errors.Join(errs, err)
		}
		if got == kicked {
			continue
		}
		if s := p.served[got]; s != nil {
			errs = errors.Join(errs, p.takeServed(s, got, p.status))
			continue
		}
		ws := unix.WaitStatus(p.status)
		if q := p.ownerOf(got); q != nil {
			errs = errors.Join(errs, q.take(got, p.status))
			continue
		}
		if (ws.Exited() || ws.Signaled()) && !p.takeFormer(got) && p.threads[got] != nil {
			errs = errors.Join(errs, p.ended(got, ws))
		}
	}
	p.unqueue(func(ev *tracee.Event) bool { return ev.Kind != tracee.EventProcessExit })
	return errs
}

// close releases the resources of a process that has ended or is detached. It
// forgets the threads and detaches from a child that is still stopped.
func (p *Process) close() {
	_ = p.unpinAndRoam() // the pinned thread may be gone; the tracer's affinity is restored all the same
	_ = p.leaveFormer(false)
	_ = p.detachAllServed() // the kernel kills what is stuck when the debugger ends
	p.maps.forget()
	for id, ch := range p.children {
		_ = ch.clean()
		ptraceCall(reqDetach, id, 0, 0)
	}
	for id, st := range p.early {
		if unix.WaitStatus(st).Stopped() {
			// A fork whose parent was killed before its event.
			ch := child{pid: id, copied: p.points.list}
			_ = ch.clean()
			ptraceCall(reqDetach, id, 0, 0)
		}
	}
	p.children, p.early = map[int]*child{}, map[int]uint32{}
	p.threads, p.order, p.last = map[int]*thread{}, nil, nil
	p.points.forget()
	if p.mem != nil {
		p.mem.Close()
		p.mem = nil
	}
	p.kicker.stop()
	p.others.all = slices.DeleteFunc(p.others.all, func(q *Process) bool { return q == p })
	p.alive = false
	p.gone.Store(true)
}
