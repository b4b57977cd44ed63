//go:build linux && (amd64 || arm64)

package ptrace

import "encoding/binary"

// sigsetBytes is the size of the kernel's sigset_t, which PTRACE_GETSIGMASK
// takes in place of an address. See ptrace(2).
const sigsetBytes = 8

// SignalMask is the set of signals that a stopped thread blocks, signal n at bit n-1.
func (p *Process) SignalMask(tid int) (uint64, error) {
	t, err := p.findHeld(tid, "read signal mask")
	if err != nil {
		return 0, err
	}
	var mask [sigsetBytes]byte
	if _, e := ptraceBytes(reqGetSigmask, tid, sigsetBytes, mask[:]); e != 0 {
		return 0, p.fail(t, "read signal mask", e)
	}
	return binary.NativeEndian.Uint64(mask[:]), nil
}

// SetSignalMask sets that mask. The kernel ignores SIGKILL and SIGSTOP in it.
func (p *Process) SetSignalMask(tid int, blocked uint64) error {
	t, err := p.findHeld(tid, "set signal mask")
	if err != nil {
		return err
	}
	var mask [sigsetBytes]byte
	binary.NativeEndian.PutUint64(mask[:], blocked)
	if _, e := ptraceBytes(reqSetSigmask, tid, sigsetBytes, mask[:]); e != 0 {
		return p.fail(t, "set signal mask", e)
	}
	return nil
}
