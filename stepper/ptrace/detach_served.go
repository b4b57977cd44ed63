//go:build linux && (amd64 || arm64)

package ptrace

import (
	"errors"
	"fmt"
	"time"

	"golang.org/x/sys/unix"
)

// detachAllServed detaches from every served process, when the debugged one has ended
// or is detached. Untraced, their calls fail with ENOSYS.
func (p *Process) detachAllServed() error {
	if len(p.served) == 0 {
		return nil
	}
	p.detaching = true
	defer func() { p.detaching = false }()
	p.kicker.set(tick, tick)
	defer p.kicker.quiet()
	var errs error
	for _, s := range p.served {
		errs = errors.Join(errs, p.detachServed(s))
	}
	begin := time.Now()
	for len(p.served) > 0 {
		if time.Since(begin) > stuckAfter {
			errs = errors.Join(errs, p.dropStuckGuests())
			break
		}
		got, err := p.collect(-1, 0)
		switch {
		case errors.Is(err, unix.ECHILD):
			p.served = map[int]*served{}
		case err != nil:
			return errors.Join(errs, err)
		case got == kicked:
			for _, s := range p.served {
				errs = errors.Join(errs, p.detachServed(s))
			}
		case p.ownerOf(got) != nil:
			q := p.ownerOf(got)
			errs = errors.Join(errs, q.take(got, p.status))
		case p.served[got] != nil:
			errs = errors.Join(errs, p.takeServed(p.served[got], got, p.status))
		default:
			p.early[got] = p.status
		}
	}
	return errs
}

// detachServed detaches from the threads of a served process that are stopped, and asks
// the others to stop.
func (p *Process) detachServed(s *served) error {
	var errs error
	for id, g := range s.guests {
		switch {
		case g.held:
			errs = errors.Join(errs, p.releaseCall(g.thread))
			if e := ptraceCall(reqDetach, id, 0, uintptr(g.signal)); e != 0 && e != unix.ESRCH {
				errs = errors.Join(errs, &Error{Op: "detach", TID: id, Err: e})
			}
			s.leave(p, id)
		case g.zombie:
			s.leave(p, id)
		default:
			g.listens = false
			p.requestStop(g.thread)
			if id == s.pid && s.leaderless() {
				s.leave(p, id)
			}
		}
	}
	return errs
}

// dropStuckGuests forgets the threads that have not stopped and returns an error
// that names them: they stay traced, so the kernel kills them when the debugger
// ends.
func (p *Process) dropStuckGuests() error {
	var errs error
	for id := range p.served {
		errs = errors.Join(errs, &Error{Op: "let go", TID: id, Err: fmt.Errorf("%w: it is in an uninterruptible wait, and will be killed when the debugger ends", unix.EBUSY)})
	}
	p.served = map[int]*served{}
	return errs
}
