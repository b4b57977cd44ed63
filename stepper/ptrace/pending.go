//go:build linux && amd64

package ptrace

import (
	"encoding/binary"

	"golang.org/x/sys/unix"
)

// drain takes the traps that held threads have run into without reporting them:
// PTRACE_INTERRUPT stops a thread before it takes its signals (get_signal,
// kernel/signal.c), so an int3 or a debug register met at that moment leaves
// its SIGTRAP pending, and the PC behind the int3. Let go with it, the program
// would die. It reports whether any thread has moved.
//
// Precondition: every thread is held.
func (p *Process) drain() (moved bool, err error) {
	for _, t := range append([]*thread(nil), p.order...) {
		if t.zombie || t.stop != stopEvent || t.midcall || p.Queued(t.tid) || !trapPending(t.tid) {
			continue
		}
		moved = true
		if err := p.takeUp(t); err != nil {
			return moved, err
		}
		// The pending signal stops it again before its next instruction. It is
		// the end of a step where the thread was stepping.
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

// takeUp lets a thread take the trap that is pending for it, as what it was
// resumed for last: the end of a step is to be known as one.
func (p *Process) takeUp(t *thread) error {
	how := t.how
	if how == 0 {
		how = reqCont // it has not run yet
	}
	return p.resume(t, how, 0)
}

// trapPending reports whether a SIGTRAP of the kernel's own (si_code > 0) waits
// for a held thread.
func trapPending(tid int) bool {
	const most = 8 // at once; a synchronous signal is queued first only by luck
	var infos [most * siginfoSize]byte
	n, e := peekSiginfo(tid, infos[:])
	if e != 0 {
		return false
	}
	for i := range n {
		info := infos[i*siginfoSize:]
		if int(info[0]) == int(unix.SIGTRAP) && int32(binary.NativeEndian.Uint32(info[8:])) > 0 {
			return true
		}
	}
	return false
}
