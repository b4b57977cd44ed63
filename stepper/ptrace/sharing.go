//go:build linux && (amd64 || arm64)

package ptrace

import (
	"encoding/binary"

	"golang.org/x/sys/unix"

	"rseqstep/table"
)

// sharesMemory reports whether the process that a thread is just creating will
// share its memory: CLONE_VM. The thread is in clone(2), whose first argument
// is the flags, or in clone3(2), whose first argument points to them; fork(2)
// shares nothing.
func (p *Process) sharesMemory(t *thread) (bool, error) {
	if err := p.load(t); err != nil {
		return false, err
	}
	flags := t.regs.now.SyscallArguments()[0]
	switch t.regs.now.SyscallNumber() {
	case sysClone:
	case sysClone3:
		var first [8]byte
		if n, err := p.ReadMemory(table.Addr(flags), first[:]); n < len(first) {
			return false, err
		}
		flags = binary.LittleEndian.Uint64(first[:])
	default:
		return false, nil
	}
	return flags&unix.CLONE_VM != 0, nil
}
