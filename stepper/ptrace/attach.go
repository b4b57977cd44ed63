//go:build linux && (amd64 || arm64)

package ptrace

import (
	"cmp"
	"errors"
	"fmt"
	"os"
	"runtime"
	"slices"
	"strconv"
	"strings"
	"time"

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

// seizePatience is how long an attach tries to seize a thread that lists miss again and again.
const seizePatience = 10 * time.Second

// seizeAll seizes threads until every thread is traced, and stops them all. The kernel traces every
// thread that a seized thread creates, so each round leaves fewer threads that can create unseen ones.
//
// A list without a new thread proves nothing. A listed thread may have created another and ended since.
// A list that is read while a thread ends can stop there (next_tid, fs/proc/base.c). Of threads that
// each create a successor and end, a tracer that is preempted between list and seize can miss every
// one: seen with 4 lists in a row, and the thread that was left then met a breakpoint untraced and
// died of it. The proof is the kernel's count of threads, which cannot change while all known
// threads are stopped: an untraced thread that runs is one too many. Ended threads that nobody reaps
// are in the count for good, and in every list.
//
// Error: errUnseized after seizePatience.
func (p *Process) seizeAll() error {
	const lists = 100
	begun := time.Now()
	var zombies []int // threads that had ended, by the list before
	for quiet := 0; quiet < lists; quiet++ {
		ids, err := tasks(p.pid)
		if errors.Is(err, os.ErrNotExist) {
			err = unix.ESRCH
		}
		if err != nil {
			return &Error{Op: "attach", TID: p.pid, Err: err}
		}
		fresh := false
		var ended []int
		for _, id := range slices.Backward(ids) { // the newest first: others may have ended soon
			if p.threads[id] != nil {
				continue
			}
			switch e := ptraceCall(reqSeize, id, 0, optTraceSysGood|optEvents); {
			case e == 0:
				t := p.add(id, p.pid)
				t.held, t.how, t.survival = false, reqCont, survivesTracer
				fresh = true
			case e == unix.ESRCH: // it has ended
				quiet = -1
			case e == unix.EPERM && p.ending(id):
				ended = append(ended, id)
			case e == unix.EPERM && statusField(id, "TracerPid") == strconv.Itoa(p.owner):
				fresh = true // created by a seized thread; Hold collects its first stop
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
		if fresh {
			quiet = -1
		}
		left := slices.DeleteFunc(slices.Clone(ended), func(id int) bool { return !slices.Contains(zombies, id) })
		zombies = ended
		if st, err := readStat(p.pid, p.pid); !fresh && err == nil && st.threads == len(p.threads)+len(left) {
			break
		}
		if time.Since(begun) > seizePatience {
			return &Error{Op: "attach", TID: p.pid, Err: errUnseized}
		}
	}
	p.inOrderOfCreation()
	// The caller gets these threads from Threads.
	p.unqueue(func(ev *tracee.Event) bool { return ev.Kind == tracee.EventClone || ev.Kind == tracee.EventExit })
	return nil
}

// inOrderOfCreation puts the threads in the order of the kernel's list, whichever was seized first:
// gdb and the user number them in that order.
func (p *Process) inOrderOfCreation() {
	ids, err := tasks(p.pid)
	if err != nil {
		return // the process ends: the order of seizing serves
	}
	slices.SortStableFunc(p.order, func(a, b *thread) int {
		return cmp.Compare(slices.Index(ids, a.tid), slices.Index(ids, b.tid))
	})
}

// errUnseized says that an attach was given up: an untraced thread would die of the debugger's traps.
var errUnseized = errors.New("its threads come and go too fast for all of them to be traced; try again")

// ending reports whether a thread has ended and only waits to be reaped.
func (p *Process) ending(tid int) bool {
	st, err := readStat(p.pid, tid)
	return err != nil || st.state == 'Z' || st.state == 'X'
}
