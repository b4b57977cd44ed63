//go:build linux && amd64

package ptrace

import (
	"errors"
	"fmt"
	"os"
	"slices"

	"golang.org/x/sys/unix"

	"rseqstep/stepper/tracee"
)

// clone(2) with CLONE_VM and without CLONE_THREAD, whose exit signal is not SIGCHLD,
// makes a thread group of its own in the same memory, and PTRACE_EVENT_CLONE tells of
// it. It is held and stepped like the process's own threads, as gdbserver does: where
// it ran free, no breakpoint could be in the memory. It differs in three things. The
// process's end is not its end, nor is a signal to the process one to it; and it may
// execute another program, which leaves the memory.

// newThread makes the thread known that thread t has made with clone(2), unless that is
// a process with memory of its own, when it returns nil.
func (p *Process) newThread(t *thread, id int) (*thread, error) {
	if inGroup(t.group, id) {
		return p.add(id, t.group), nil
	}
	shares, err := p.sharesMemory(t)
	if err != nil || !shares {
		return nil, err
	}
	return p.add(id, id), nil
}

// inGroup reports whether tid is a thread of the thread group.
func inGroup(group, tid int) bool {
	_, err := os.Stat(fmt.Sprintf("/proc/%d/task/%d", group, tid))
	return err == nil
}

// alone reports whether no other thread of its group is known.
func (p *Process) alone(t *thread) bool {
	return !slices.ContainsFunc(p.order, func(o *thread) bool { return o != t && o.group == t.group })
}

// otherGroups are the thread groups beside the process's own one.
func (p *Process) otherGroups() []int {
	var ids []int
	for _, t := range p.order {
		if t.group != p.pid && !slices.Contains(ids, t.group) {
			ids = append(ids, t.group)
		}
	}
	return ids
}

// partGroups lets the other thread groups go, free of breakpoints: the process is
// leaving the memory, and they stay in it. Precondition: what p.mem reads and p.points
// holds is still of that memory.
func (p *Process) partGroups() error {
	if len(p.otherGroups()) == 0 {
		return nil
	}
	own := slices.DeleteFunc(slices.Clone(p.order), func(t *thread) bool { return t.group != p.pid })
	p.order = slices.DeleteFunc(p.order, func(t *thread) bool { return t.group == p.pid })
	errs := p.Hold()
	errs = errors.Join(errs, p.release())
	for _, t := range slices.Clone(p.order) {
		p.drop(t.tid)
	}
	p.order = own
	return errs
}

// leaveByExec lets a thread of another group go, which executes another program and
// so has left the memory. It has no other threads any more.
func (p *Process) leaveByExec(t *thread) error {
	for _, o := range slices.Clone(p.order) {
		if o.group == t.group {
			p.drop(o.tid)
		}
	}
	p.push(tracee.Event{Kind: tracee.EventExit, TID: t.tid, Child: t.group})
	if p.trap != 0 {
		return p.advance(p.serve(t.tid))
	}
	if e := ptraceCall(reqDetach, t.tid, 0, 0); e != 0 && e != unix.ESRCH {
		return &Error{Op: "detach", TID: t.tid, Err: e}
	}
	return nil
}
