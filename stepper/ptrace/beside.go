//go:build linux && (amd64 || arm64)

package ptrace

import (
	"errors"
	"fmt"

	"golang.org/x/sys/unix"
)

// Several Processes can belong to one OS thread, and so to one tracer. Only one of them
// may run at a time while the others are stopped: a wait by the running one can receive,
// of the others, only the exit of one that something else killed.

// beside is the list of the Processes of one OS thread.
type beside struct{ all []*Process }

// Beside makes p and q, and the other Processes of q's OS thread, known to each other.
// Precondition: every thread of q is stopped, and p has just been created.
func (p *Process) Beside(q *Process) error {
	p.others = q.others
	p.others.all = append(p.others.all, p)
	var errs error
	for tid, status := range p.early { // collected while p was being created
		if o := p.ownerOf(tid); o != nil {
			delete(p.early, tid)
			errs = errors.Join(errs, o.take(tid, status))
		}
	}
	return errs
}

// ownerOf returns the other Process that a thread belongs to, or nil.
func (p *Process) ownerOf(tid int) *Process {
	for _, q := range p.others.all {
		if q != p && q.alive && (q.threads[tid] != nil || q.children[tid] != nil || q.served[tid] != nil || q.formerThread(tid) != nil) {
			return q
		}
	}
	return nil
}

// Serves reports whether this Process also traces others because of a trapped call. They
// run while it is stopped, so nothing else may run then.
func (p *Process) Serves() bool { return p.trap != 0 || len(p.served) > 0 }

// Split makes a Process of a child that has its own copy of the memory and waits for
// DetachChild or Follow. Afterwards both are stopped and independent; the child has no
// breakpoints. Error: ErrNotSupported for a child that shares its parent's memory, or if
// a call is trapped.
func (p *Process) Split(pid int) (*Process, error) {
	ch := p.children[pid]
	if ch == nil || ch.dead {
		return nil, &Error{Op: "split", TID: pid, Err: unix.ESRCH}
	}
	if ch.vfork || ch.shares || p.Serves() {
		return nil, &Error{Op: "split", TID: pid, Err: fmt.Errorf("%w: it cannot be held beside its parent", errors.ErrUnsupported)}
	}
	q := newProcess(pid, exePath(pid))
	q.owner, q.launched = p.owner, p.launched
	if err := errors.Join(q.kicker.start(), p.clearDebug(ch.thread), ch.clean(), q.openMemory()); err != nil {
		q.kicker.stop()
		return nil, err
	}
	delete(p.children, pid)
	ch.thread.debug = debugState{}
	q.threads[pid], q.order = ch.thread, []*thread{ch.thread}
	return q, q.Beside(p)
}
