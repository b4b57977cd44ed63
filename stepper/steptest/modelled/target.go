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
func (w *World) find(tid int) (*Thread, error) {
	th := w.Thread(tid)
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
func (w *World) Arch() *machine.Arch { return amd64.Arch() }
func (w *World) PID() int            { return 1 }
func (w *World) Executable() string  { return "modelled" }
func (w *World) Alive() bool         { return w.alive }

func (w *World) ThreadName(int) string { return "" }
func (w *World) Auxv() ([]byte, error) { return nil, nil }

func (w *World) Threads() (list []int) {
	for _, th := range w.threads {
		list = append(list, th.TID)
	}
	return list
}

func (w *World) Held(tid int) bool {
	th := w.Thread(tid)
	return th != nil && th.held
}

func (w *World) ReadMemory(addr table.Addr, p []byte) (int, error) {
	if !w.alive {
		return 0, syscall.ESRCH
	}
	if n := w.read(addr, p); n < len(p) {
		return n, syscall.EIO
	}
	return len(p), nil
}

func (w *World) WriteMemory(addr table.Addr, p []byte) (int, error) {
	if !w.alive {
		return 0, syscall.ESRCH
	}
	for _, th := range w.threads {
		if !th.held {
			w.broken("%v is written while thread %d runs", addr, th.TID)
		}
		if ids := th.area; th.Rseq.Area != 0 && addr < ids+8 && addr+table.Addr(len(p)) > ids {
			w.broken("the id fields of thread %d are written although the kernel uses them", th.TID)
		}
	}
	w.write(addr, p)
	return len(p), nil
}

func (w *World) Regs(tid int, r *machine.Regs) error {
	th, err := w.find(tid)
	if err == nil {
		*r = th.Regs
	}
	return err
}

func (w *World) SetRegs(tid int, r *machine.Regs) error {
	th, err := w.find(tid)
	if err == nil {
		if pc := th.Regs.PC(); r.PC() == End && (pc == Arm || pc == Abort) {
			th.InVain = 0 // a vector has done the section's work
		}
		th.Regs = *r
	}
	return err
}

// XState is an XSAVE area in its initial state.
func (w *World) XState(tid int) ([]byte, error) {
	_, err := w.find(tid)
	return make([]byte, 832), err
}

func (w *World) SetXState(tid int, _ []byte) error {
	_, err := w.find(tid)
	return err
}

func (w *World) Rseq(tid int) (tracee.RseqConfig, error) {
	th, err := w.find(tid)
	if err != nil {
		return tracee.RseqConfig{}, err
	}
	return th.Rseq, nil
}

// Insert checks the first invariant.
func (w *World) Insert(addr table.Addr) error {
	if !w.alive {
		return syscall.ESRCH
	}
	if addr-Start < End-Start || addr-(Abort-4) < 4 {
		w.broken("a breakpoint is planted at %v", addr)
	}
	w.changes("the code", 0)
	w.planted[addr] = true
	return nil
}

func (w *World) Remove(addr table.Addr) error {
	if !w.alive {
		return syscall.ESRCH
	}
	delete(w.planted, addr)
	return nil
}

func (w *World) Inserted(addr table.Addr) bool { return w.planted[addr] }

func (w *World) SetDebug(tid, slot int, kind tracee.DebugKind, addr table.Addr, _ int) error {
	d := debug{kind, addr}
	if kind == tracee.DebugOff {
		d = debug{}
	} else {
		w.changes("debug registers", tid)
	}
	if tid == 0 {
		w.all[slot] = d
		for _, th := range w.threads {
			th.Debug[slot] = d
		}
		return nil
	}
	th, err := w.find(tid)
	if err == nil {
		th.Debug[slot] = d
	}
	return err
}

// Syscall checks the second invariant. The machine supports only rseq(2).
func (w *World) Syscall(tid int, nr uint64, args ...uint64) (int64, error) {
	th, err := w.find(tid)
	if err != nil {
		return 0, err
	}
	if err := w.stepElsewhere(th); err != nil {
		return 0, err
	}
	th.trapped = false // it returns from a system call
	const sysRseq, unregister = 334, 1
	if nr != sysRseq || table.Addr(args[0]) != th.area || args[1] != uint64(w.Kernel.size()) || uint32(args[3]) != 0x53053053 {
		w.broken("system call %d%v in thread %d", nr, args, tid)
		return -int64(syscall.EINVAL), nil
	}
	if args[2] == unregister {
		if th.Rseq.Area == 0 {
			return -int64(syscall.EINVAL), nil
		}
		w.changes("the registration", tid)
		w.unregister(th)
		w.Quiet++
		return 0, nil
	}
	if th.Rseq.Area != 0 {
		return -int64(syscall.EBUSY), nil
	}
	if !w.register(th, args[2]) {
		return -int64(syscall.EINVAL), nil
	}
	return 0, nil
}

// StepAside makes the kernel update the thread's rseq area.
func (w *World) StepAside(tid int) error {
	th, err := w.find(tid)
	if err == nil {
		err = w.stepElsewhere(th)
	}
	if err == nil {
		th.trapped = true
	}
	return err
}

// stepElsewhere resumes a thread at an instruction outside of the section, and
// restores its registers.
func (w *World) stepElsewhere(th *Thread) error {
	for _, o := range w.threads {
		if !o.held {
			w.broken("thread %d executes code that is not its own while thread %d runs", th.TID, o.TID)
		}
	}
	if w.happens("kill") != "" {
		w.queue = append(w.queue[:0:0], w.kill())
		return syscall.ESRCH
	}
	pc := th.Regs.W[amd64.RIP]
	th.Regs.W[amd64.RIP] = uint64(gate)
	w.resumed(th)
	th.Regs.W[amd64.RIP] = pc
	return nil
}

func (w *World) SignalMask(tid int) (uint64, error) {
	th, err := w.find(tid)
	if err != nil {
		return 0, err
	}
	return th.Mask, nil
}

func (w *World) SetSignalMask(tid int, blocked uint64) error {
	th, err := w.find(tid)
	if err == nil {
		w.changes("the signal mask", tid)
		th.Mask = blocked
	}
	return err
}

func (w *World) Pin(tid int) error {
	th, err := w.find(tid)
	if err != nil {
		return err
	}
	w.changes("the affinity", tid)
	_ = w.Unpin()
	th.Pinned = true
	return nil
}

func (w *World) Unpin() error {
	for _, th := range w.threads {
		th.Pinned = false
	}
	return nil
}

// ExitKill is checked at every change of the program, and by Left.
func (w *World) ExitKill(on bool) { w.dies = on }

// changes checks that a changed program does not outlive the debugger.
func (w *World) changes(what string, tid int) {
	if !w.dies {
		w.broken("%s of thread %d is changed in a program that may outlive the debugger", what, tid)
	}
}

func (w *World) Siginfo(tid int) ([]byte, error) {
	_, err := w.find(tid)
	return make([]byte, 128), err
}

func (w *World) DetachChild(int) error { return nil }
func (w *World) Follow(int) error      { return nil }

func (w *World) DropSignal(tid int) error {
	_, err := w.find(tid)
	return err
}

// Detach detaches from the threads; call Left before to check what must be restored.
func (w *World) Detach() error {
	if !w.alive {
		return syscall.ESRCH
	}
	clear(w.planted)
	for _, th := range w.threads {
		th.Debug, th.Pinned = [4]debug{}, false
		if th.Rseq.Area == 0 || th.Mask != 0 {
			w.broken("thread %d is detached as %+v", th.TID, *th)
		}
	}
	w.alive = false
	return nil
}

func (w *World) Kill() error {
	w.kill()
	return nil
}
