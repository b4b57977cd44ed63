//go:build linux && (amd64 || arm64)

package ptrace

import (
	"golang.org/x/sys/unix"
)

// drain consumes the traps that stopped threads have hit but not reported:
// PTRACE_INTERRUPT stops a thread before the kernel dequeues its signals
// (get_signal, kernel/signal.c), so an int3 or a debug register hit at that
// moment leaves its SIGTRAP pending, and for an int3 the PC behind it. A thread
// resumed without a tracer in that state would die. drain reports whether any
// thread has moved.
//
// Precondition: every thread is stopped.
func (p *Process) drain() (moved bool, err error) {
	for _, t := range append([]*thread(nil), p.order...) {
		if t.zombie || t.stop != stopEvent || t.midcall || p.Queued(t.tid) || !trapPending(t.tid) {
			continue
		}
		moved = true
		if err := p.takePendingTrap(t); err != nil {
			return moved, err
		}
		// The pending signal stops it again before its next instruction. If the
		// thread was stepping, this is the end of the step.
		for {
			got, err := p.collect(-1, 0)
			if err != nil {
				return moved, err
			}
			if got == kicked {
				continue
			}
			if err := p.take(got, p.status); err != nil || got == t.tid || !p.alive {
				return moved, err
			}
		}
	}
	return moved, nil
}

// takePendingTrap resumes a thread so that it takes the trap pending for it, with the
// request it was last resumed with: the end of a step must be recognisable as
// one.
func (p *Process) takePendingTrap(t *thread) error {
	how := t.how
	if how == 0 {
		how = reqCont // it has not run yet
	}
	return p.resume(t, how, 0)
}

// trapPending reports whether a SIGTRAP from the kernel is pending for a stopped thread.
func trapPending(tid int) bool {
	const most = 8 // read together; a synchronous signal is not always the first in the queue
	var infos [most * siginfoSize]byte
	n, e := peekSiginfo(tid, infos[:])
	if e != 0 {
		return false
	}
	for i := range n {
		info := infos[i*siginfoSize:]
		if int(info[0]) == int(unix.SIGTRAP) && fromKernel(codeAndSender(info)) {
			return true
		}
	}
	return false
}
