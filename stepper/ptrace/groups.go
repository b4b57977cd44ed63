//go:build linux && (amd64 || arm64)

package ptrace

import (
	"errors"
	"fmt"
	"os"
	"slices"

	"golang.org/x/sys/unix"

	"rseqstep/stepper/tracee"
)

// clone(2) with CLONE_VM and without CLONE_THREAD, with another exit signal than SIGCHLD,
// creates a thread group of its own in the same memory, and the kernel reports it by
// PTRACE_EVENT_CLONE. The backend stops and steps it like the process's own threads, as
// gdbserver does: if it ran freely, the memory could have no breakpoints. It differs in
// three ways: it does not end with the process, it does not receive signals sent to the
// process, and it may exec, which leaves the memory.

// newThread registers the thread that t created with clone(2). It returns nil if that is
// a process with memory of its own.
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

// otherGroups are the thread groups other than the process's own one.
func (p *Process) otherGroups() []int {
	var ids []int
	for _, t := range p.order {
		if t.group != p.pid && !slices.Contains(ids, t.group) {
			ids = append(ids, t.group)
		}
	}
	return ids
}

// detachGroups detaches from the other thread groups after removing the breakpoints: the
// process is leaving the memory, and they stay in it. Precondition: p.mem and p.points
// still refer to that memory.
func (p *Process) detachGroups() error {
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

// leaveByExec detaches from a thread of another group that has called exec and so has
// left the memory. It has no other threads any more.
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
