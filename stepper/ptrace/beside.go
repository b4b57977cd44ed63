//go:build linux && amd64

package ptrace

import (
	"errors"
	"fmt"

	"golang.org/x/sys/unix"
)

// Several Processes can belong to one OS thread, and so to one tracer. Only one of
// them may run at a time, the others are held: a wait of the one that runs brings
// nothing of theirs but the end of one that is killed from outside.

// beside are the Processes of one OS thread.
type beside struct{ all []*Process }

// Beside tells a Process of another one of the same OS thread, and the other way
// round. Precondition: every thread of q is held, and p has just been made.
func (p *Process) Beside(q *Process) error {
	p.others = q.others
	p.others.all = append(p.others.all, p)
	var errs error
	for tid, status := range p.early { // collected while p was being made
		if o := p.ownerOf(tid); o != nil {
			delete(p.early, tid)
			errs = errors.Join(errs, o.take(tid, status))
		}
	}
	return errs
}

// ownerOf is another Process that a thread belongs to, nil for none.
func (p *Process) ownerOf(tid int) *Process {
	for _, q := range p.others.all {
		if q != p && q.alive && (q.threads[tid] != nil || q.children[tid] != nil || q.served[tid] != nil || q.formerThread(tid) != nil) {
			return q
		}
	}
	return nil
}

// Serves reports whether other processes are traced for this one's sake: they run
// when it does not, so nothing else may run then.
func (p *Process) Serves() bool { return p.trap != 0 || len(p.served) > 0 }

// Split makes a Process of a child that has its own copy of the memory and that
// waits for DetachChild or Follow: both are held then, and free of each other. The
// child has no breakpoints. Errors are ErrNotSupported for a child that shares its
// parent's memory, and where calls are trapped.
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
