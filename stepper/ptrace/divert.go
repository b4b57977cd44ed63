//go:build linux && amd64

package ptrace

import "rseqstep/stepper/tracee"

var _ tracee.CallingTarget = (*Process)(nil)

// Settle takes a held thread out of a stop in the middle of a system call to
// the call's end, where its registers are what the program will find. It does
// nothing for a thread in any other stop.
func (p *Process) Settle(tid int) error {
	t, err := p.findHeld(tid, "settle")
	if err != nil {
		return err
	}
	return p.settle(t)
}

// RestoreSignal makes sig, with its siginfo_t, what a held thread is stopped
// for: Detach delivers it, and so does the resume that is given it. In a stop
// that cannot carry a signal only the latter does, and the siginfo_t is lost.
func (p *Process) RestoreSignal(tid, sig int, siginfo []byte) error {
	t, err := p.findHeld(tid, "restore signal")
	if err != nil {
		return err
	}
	if t.stop != stopTrap && t.stop != stopSignal {
		return nil
	}
	t.stop, t.signal = stopSignal, sig
	t.siginfo = append([]byte(nil), siginfo...)
	return nil
}
