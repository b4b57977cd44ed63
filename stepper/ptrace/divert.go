//go:build linux && (amd64 || arm64)

package ptrace

import "rseqstep/stepper/tracee"

var _ tracee.CallingTarget = (*Process)(nil)

// Settle brings a stopped thread from the middle of a system call to the call's
// end, where its registers are what the program will see. It does nothing in
// any other stop.
func (p *Process) Settle(tid int) error {
	t, err := p.findHeld(tid, "settle")
	if err != nil {
		return err
	}
	return p.finishCall(t)
}

// RestoreSignal makes sig, with its siginfo_t, the signal that a stopped thread
// is stopped for: Detach delivers it, and so does a resume with that signal. If
// the stop cannot carry a signal, only the resume delivers it, and the
// siginfo_t is lost.
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
