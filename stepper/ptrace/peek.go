//go:build linux && (amd64 || arm64)

package ptrace

import "rseqstep/table"

// Peek implements tracee.PeekTarget by PTRACE_PEEKDATA. The kernel has checked with the attach that
// we may do that, while process_vm_readv(2) asks the security modules at each call.
func (p *Process) Peek(tid int, a table.Addr) (uint64, error) {
	t, err := p.findHeld(tid, "read memory")
	if err != nil {
		return 0, err
	}
	w, e := ptraceWord(reqPeekData, t.tid, uintptr(a))
	if e != 0 {
		return 0, p.fail(t, "read memory", e)
	}
	return w, nil
}
