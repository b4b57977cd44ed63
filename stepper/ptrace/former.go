//go:build linux && amd64

package ptrace

import "errors"

// A parent that sleeps in a vfork is left for its child: until the child executes
// another program or ends they share their memory, and the breakpoints in it. The
// parent's threads are held for that time, or they would run into breakpoints that
// nobody takes care of. Its thread that made the child would sleep anyway.

// keepFormer sets the process that is left for the child of its vfork aside.
// Precondition: every thread is held.
func (p *Process) keepFormer() error {
	f := newProcess(p.pid, p.exe)
	f.owner, f.launched, f.former = p.owner, p.launched, p.former
	f.threads, f.order = p.threads, p.order
	f.mem, p.mem = p.mem, nil
	f.gate, f.nop = p.gate, p.nop
	err := p.Unpin()
	p.former = f
	return err
}

// leaveFormer lets go of what was set aside, free of breakpoints, or serves it
// where a call is trapped and serve is set. The memory of those is theirs from now
// on, or the breakpoints are out of what is shared.
func (p *Process) leaveFormer(serve bool) error {
	var errs error
	for f := p.former; f != nil; f = f.former {
		f.points.list, f.lifted = append([]point(nil), p.points.list...), p.lifted
		if serve && p.trap != 0 {
			errs = errors.Join(errs, f.removeAll(), p.serveThreads(f.pid, f.order))
		} else {
			errs = errors.Join(errs, f.release())
		}
		if f.mem != nil {
			errs = errors.Join(errs, f.mem.Close())
		}
	}
	p.former = nil
	return errs
}

// takeFormer works in a status of a thread that was set aside: held as it is, it
// can only have been killed.
func (p *Process) takeFormer(tid int) bool {
	for f := p.former; f != nil; f = f.former {
		if f.threads[tid] != nil {
			f.drop(tid)
			return true
		}
	}
	return false
}

// Former is the process that is held until the one in its place, the child of its
// vfork, no longer shares its memory, and its threads; 0 for none. The registers of
// the threads can be read, with the methods that take a thread's id.
func (p *Process) Former() (pid int, threads []int) {
	if p.former == nil {
		return 0, nil
	}
	return p.former.pid, p.former.Threads()
}

// formerThread is a held thread of a process that was set aside, nil for others.
func (p *Process) formerThread(tid int) *thread {
	for f := p.former; f != nil; f = f.former {
		if t := f.threads[tid]; t != nil {
			return t
		}
	}
	return nil
}
