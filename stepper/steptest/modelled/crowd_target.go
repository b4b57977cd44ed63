package modelled

import (
	"fmt"
	"syscall"

	"rseqstep/stepper/machine"
	"rseqstep/stepper/machine/amd64"
	"rseqstep/stepper/tracee"
	"rseqstep/table"
)

// find returns a stopped thread; ESRCH if there is none.
func (w *Crowd) find(tid int) (*Walker, error) {
	th := w.Walker(tid)
	if th == nil {
		return nil, syscall.ESRCH
	}
	if !th.held {
		w.broken("thread %d is accessed while it runs", tid)
		return nil, fmt.Errorf("thread %d is running", tid)
	}
	return th, nil
}

// PID and the methods below are those of tracee.Target.
func (w *Crowd) Arch() *machine.Arch { return amd64.Arch() }
func (w *Crowd) PID() int            { return crowdPID }
func (w *Crowd) Executable() string  { return "modelled" }
func (w *Crowd) Alive() bool         { return w.alive }

func (w *Crowd) ThreadName(int) string { return "" }
func (w *Crowd) Auxv() ([]byte, error) { return nil, nil }

func (w *Crowd) Threads() (list []int) {
	for _, th := range w.threads {
		list = append(list, th.TID)
	}
	return list
}

func (w *Crowd) ReadMemory(addr table.Addr, p []byte) (int, error) {
	if !w.alive {
		return 0, syscall.ESRCH
	}
	if addr < Top || addr >= last {
		return 0, syscall.EIO
	}
	if n := copy(p, crowdCode[addr-Top:]); n < len(p) {
		return n, syscall.EIO
	}
	return len(p), nil
}

func (w *Crowd) WriteMemory(table.Addr, []byte) (int, error) { return 0, syscall.EIO }

func (w *Crowd) Regs(tid int, r *machine.Regs) error {
	th, err := w.find(tid)
	if err == nil {
		*r = th.Regs
	}
	return err
}

func (w *Crowd) SetRegs(tid int, r *machine.Regs) error {
	th, err := w.find(tid)
	if err == nil {
		th.Regs = *r
	}
	return err
}

// XState is an XSAVE area in its initial state, for conditions that read registers.
func (w *Crowd) XState(int) ([]byte, error) {
	if !w.Alternates {
		return nil, syscall.EIO
	}
	return make([]byte, 832), nil
}

func (w *Crowd) SetXState(int, []byte) error { return syscall.EIO }

func (w *Crowd) Rseq(tid int) (tracee.RseqConfig, error) {
	_, err := w.find(tid)
	return tracee.RseqConfig{}, err
}

func (w *Crowd) Insert(addr table.Addr) error {
	if !w.dies {
		w.broken("a breakpoint at %v is planted in a program that may outlive the debugger", addr)
	}
	w.planted[addr] = true
	return nil
}

func (w *Crowd) Remove(addr table.Addr) error {
	delete(w.planted, addr)
	return nil
}

func (w *Crowd) Inserted(addr table.Addr) bool { return w.planted[addr] }

// SetDebug does not support registers for all threads: clients have none here.
func (w *Crowd) SetDebug(tid, slot int, kind tracee.DebugKind, addr table.Addr, _ int) error {
	th, err := w.find(tid)
	if err == nil {
		th.debug[slot] = debug{kind, addr}
	}
	return err
}

// Interrupt does nothing: no time passes on this machine, so a timer's
// interrupt has no purpose, and the client's is a decision.
func (w *Crowd) Interrupt() {}

func (w *Crowd) Syscall(tid int, nr uint64, _ ...uint64) (int64, error) {
	w.broken("system call %d in thread %d", nr, tid)
	return 0, syscall.EIO
}

func (w *Crowd) StepAside(tid int) error {
	_, err := w.find(tid)
	return err
}

func (w *Crowd) SignalMask(tid int) (uint64, error) {
	_, err := w.find(tid)
	return 0, err
}

func (w *Crowd) SetSignalMask(tid int, _ uint64) error {
	_, err := w.find(tid)
	return err
}

func (w *Crowd) Pin(tid int) error {
	_, err := w.find(tid)
	return err
}

func (w *Crowd) Unpin() error { return nil }

// ExitKill is checked when breakpoints are planted.
func (w *Crowd) ExitKill(on bool) { w.dies = on }

func (w *Crowd) Siginfo(tid int) ([]byte, error) {
	th, err := w.find(tid)
	info := make([]byte, 128)
	if err == nil {
		info[0] = byte(syscall.SIGTRAP)
		if th.signal {
			info[0] = signal
		}
	}
	return info, err
}

func (w *Crowd) child(pid int) *Child {
	for _, c := range w.procs {
		if c.PID == pid {
			return c
		}
	}
	return nil
}

func (w *Crowd) DetachChild(pid int) error {
	c := w.child(pid)
	switch {
	case c == nil:
		return syscall.ESRCH
	case c.Free:
		w.broken("process %d is detached twice", pid)
	}
	c.Free = true
	return nil
}

// Follow is not used: the client keeps the parent.
func (w *Crowd) Follow(pid int) error {
	w.broken("process %d is followed", pid)
	return syscall.EINVAL
}

func (w *Crowd) Send(tid, _ int) error {
	th := w.Walker(tid)
	if th == nil {
		return syscall.ESRCH
	}
	th.sent++
	return nil
}

func (w *Crowd) DropSignal(tid int) error {
	th, err := w.find(tid)
	if err == nil {
		th.signal = false
	}
	return err
}

// Detach detaches from the threads: the signals they are stopped for, and pending ones,
// are delivered, reported or not, and the processes that they have created continue.
func (w *Crowd) Detach() error {
	if !w.alive {
		return syscall.ESRCH
	}
	if err := w.Hold(); err != nil {
		return err
	}
	for _, th := range w.threads {
		if th.signal {
			th.Delivered++
		}
		th.Delivered += th.sent
	}
	for _, c := range w.procs {
		c.Free = true
	}
	w.alive = false
	return nil
}

func (w *Crowd) Kill() error {
	w.threads, w.queue, w.alive = nil, nil, false
	return nil
}
