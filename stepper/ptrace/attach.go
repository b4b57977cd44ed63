//go:build linux && amd64

package ptrace

import (
	"errors"
	"fmt"
	"os"
	"runtime"
	"strconv"
	"strings"

	"golang.org/x/sys/unix"

	"rseqstep/stepper/tracee"
)

// Attach seizes every thread of a running process and stops them. It locks the
// calling goroutine to its OS thread, which becomes the tracer; if that OS
// thread ends, the kernel detaches the process and it runs on untraced.
func Attach(pid int) (_ *Process, err error) {
	if err := checkProcess(pid); err != nil {
		return nil, err
	}
	runtime.LockOSThread()
	p := newProcess(pid, exePath(pid))
	defer func() {
		if err != nil {
			if p.alive && len(p.order) > 0 && p.Hold() == nil && p.alive {
				err = errors.Join(err, p.release())
			}
			p.close()
			runtime.UnlockOSThread()
		}
	}()
	if err := p.kicker.start(); err != nil {
		return nil, err
	}
	if err := p.seizeAll(); err != nil {
		return nil, err
	}
	if len(p.order) == 0 {
		return nil, &Error{Op: "attach", TID: pid, Err: unix.ESRCH}
	}
	if err := p.openMemory(); err != nil {
		return nil, err
	}
	return p, nil
}

// checkProcess returns the reason why a process cannot be attached to, where
// one can be seen beforehand.
func checkProcess(pid int) error {
	fail := func(err error) error { return &Error{Op: "attach", TID: pid, Err: err} }
	if pid <= 0 {
		return fail(fmt.Errorf("%w: not a process id", unix.EINVAL))
	}
	if pid == os.Getpid() {
		return fail(fmt.Errorf("%w: that is the debugger itself", unix.EPERM))
	}
	if err := unix.Kill(pid, 0); err == unix.ESRCH {
		return fail(fmt.Errorf("%w: there is no such process", err))
	}
	if group := statusField(pid, "Tgid"); group != "" && group != strconv.Itoa(pid) {
		return fail(fmt.Errorf("%w: it is a thread of process %s; attach to that", unix.EINVAL, group))
	}
	if state := statusField(pid, "State"); strings.HasPrefix(state, "Z") || strings.HasPrefix(state, "X") {
		if ids, err := tasks(pid); err == nil && len(ids) > 1 {
			return fail(fmt.Errorf("%w: its main thread has ended (zombie) while %d others live: the kernel shows neither its memory nor its program under that number, and will not let it be traced", unix.ESRCH, len(ids)-1))
		}
		return fail(fmt.Errorf("%w: its main thread has ended (zombie)", unix.ESRCH))
	}
	if tracer := statusField(pid, "TracerPid"); tracer != "" && tracer != "0" {
		name, _ := strconv.Atoi(tracer)
		return fail(fmt.Errorf("%w: process %s (%s) is tracing it already", unix.EPERM, tracer, statusField(name, "Name")))
	}
	f, err := os.Open(fmt.Sprintf("/proc/%d/exe", pid))
	if err != nil {
		return nil // a kernel thread, or no permission: PTRACE_SEIZE reports which
	}
	defer f.Close()
	if err := checkHeader(f); err != nil {
		return fail(err)
	}
	return nil
}

// seizeAll seizes threads until it finds no new ones, and stops them all. The
// kernel traces every thread that a seized thread creates, so each round leaves
// fewer threads that can create unseen ones.
//
// A listing without a new thread proves nothing: a listed thread may have created another
// and ended since, and a listing read while a thread ends can stop there (next_tid,
// fs/proc/base.c). The proof is the kernel's thread count, which cannot change while all
// known threads are stopped. An ended, unreaped thread can make that count differ
// permanently; then several listings without a new thread must do.
func (p *Process) seizeAll() error {
	const lists = 4
	for quiet := 0; quiet < lists; quiet++ {
		ids, err := tasks(p.pid)
		if err != nil {
			return &Error{Op: "attach", TID: p.pid, Err: unix.ESRCH}
		}
		fresh := 0
		for _, id := range ids {
			if p.threads[id] != nil {
				continue
			}
			switch e := ptraceCall(reqSeize, id, 0, optTraceSysGood|optEvents); {
			case e == 0:
				t := p.add(id, p.pid)
				t.held, t.how, t.survival = false, reqCont, survivesTracer
				fresh++
			case e == unix.ESRCH: // it has ended
			case e == unix.EPERM && p.ending(id):
			case e == unix.EPERM && statusField(id, "TracerPid") == strconv.Itoa(p.owner):
				fresh++ // created by a seized thread; Hold collects its first stop
			default:
				return &Error{Op: "attach", TID: id, Err: denied(e, p.pid)}
			}
		}
		if err := p.Hold(); err != nil {
			return err
		}
		if !p.alive {
			return &Error{Op: "attach", TID: p.pid, Err: unix.ESRCH}
		}
		if fresh > 0 {
			quiet = -1
		} else if st, err := readStat(p.pid, p.pid); err == nil && st.threads == len(p.threads) {
			break
		}
	}
	// The caller gets these threads from Threads.
	p.unqueue(func(ev *tracee.Event) bool { return ev.Kind == tracee.EventClone || ev.Kind == tracee.EventExit })
	return nil
}

// ending reports whether a thread has ended and only waits to be reaped.
func (p *Process) ending(tid int) bool {
	st, err := readStat(p.pid, tid)
	return err != nil || st.state == 'Z' || st.state == 'X'
}
