//go:build linux && amd64

package ptrace

import (
	"golang.org/x/sys/unix"

	"rseqstep/stepper/machine"
	"rseqstep/stepper/machine/amd64"
	"rseqstep/table"
)

// readRegs reads a thread's registers, which are the kernel's struct user_regs_struct.
func (p *Process) readRegs(t *thread) unix.Errno {
	e := ptraceRegs(reqGetRegs, t.tid, &t.regs.now)
	t.regs.now.Filled(amd64.Arch())
	return e
}

// writeRegs writes a thread's registers.
func (t *thread) writeRegs(r *machine.Regs) unix.Errno { return ptraceRegs(reqSetRegs, t.tid, r) }

// rewind sets the PC of a thread that executed an int3 back onto it.
func (p *Process) rewind(t *thread, to table.Addr) error {
	if e := ptraceCall(reqPokeUser, t.tid, userRip, uintptr(to)); e != 0 {
		return p.fail(t, "rewind", e)
	}
	t.regs.now.SetPC(to)
	return nil
}

// XState is the thread's XSAVE area. With AMX it is over 8 kB, without XSAVE 576 bytes.
func (p *Process) XState(tid int) ([]byte, error) {
	t, err := p.findHeld(tid, "read vector state")
	if err != nil {
		return nil, err
	}
	for size := 4096; ; size *= 2 {
		area := make([]byte, size)
		n, e := ptraceRegSet(reqGetRegSet, t.tid, noteXState, area)
		if e == unix.ENODEV {
			if area, e = fxState(t.tid); e == 0 {
				return area, nil
			}
		}
		if e != 0 {
			return nil, p.fail(t, "read vector state", e)
		}
		if n < size {
			return area[:n:n], p.fillPKRU(t, area[:n])
		}
	}
}

// SetXState writes what XState read.
func (p *Process) SetXState(tid int, area []byte) error {
	t, err := p.findHeld(tid, "write vector state")
	if err != nil {
		return err
	}
	if len(area) == 0 {
		return &Error{Op: "write vector state", TID: tid, Err: unix.EINVAL}
	}
	_, e := ptraceRegSet(reqSetRegSet, t.tid, noteXState, area)
	if e == unix.ENODEV {
		e = setFXState(t.tid, area)
	}
	if e != 0 {
		return p.fail(t, "write vector state", e)
	}
	return nil
}
