//go:build linux && (amd64 || arm64)

package ptrace

import "errors"

// Follow of a vfork's child sets its sleeping parent aside: until the child execs or
// ends, they share the memory and the breakpoints in it. The parent's threads stay
// stopped for that time, because no one would handle the breakpoints they hit. The thread
// that created the child would sleep anyway.

// keepFormer sets aside the process that Follow leaves for the child of its
// vfork. Precondition: every thread is stopped.
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

// leaveFormer removes the breakpoints from the processes set aside and detaches from
// them, or serves them if a call is trapped and serve is set. From then on their memory
// is their own, or the shared memory has no breakpoints.
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

// takeFormer handles a status of a thread that was set aside. The thread is stopped, so
// it can only have been killed.
func (p *Process) takeFormer(tid int) bool {
	for f := p.former; f != nil; f = f.former {
		if f.threads[tid] != nil {
			f.drop(tid)
			return true
		}
	}
	return false
}

// Former returns the process that stays stopped until the child of its vfork, which p is
// now, no longer shares its memory, and its threads; 0 if there is none. The methods that
// take a thread's id can read the registers of those threads.
func (p *Process) Former() (pid int, threads []int) {
	if p.former == nil {
		return 0, nil
	}
	return p.former.pid, p.former.Threads()
}

// formerThread returns a stopped thread of a process that was set aside, nil for other
// threads.
func (p *Process) formerThread(tid int) *thread {
	for f := p.former; f != nil; f = f.former {
		if t := f.threads[tid]; t != nil {
			return t
		}
	}
	return nil
}
