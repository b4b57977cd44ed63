//go:build linux

package faulttest

import (
	"fmt"
	"syscall"
	"time"

	"rseqstep/stepper/machine"
	"rseqstep/stepper/ptrace"
	"rseqstep/stepper/tracee"
	"rseqstep/table"
)

// Target passes every call on to another Target, except one that fails.
type Target struct {
	tracee.Target
	calls int
	fault *Fault
	dies  bool
}

// Fault is one call that fails.
type Fault struct {
	Call int  // number of the call, counted from Arm; 0 is the first
	Pick int  // index of its error; Kill; beyond the last one: it does not fail
	Fold bool // beyond the last error continue with the first, Kill included

	// The result.
	Hit bool          // the call failed
	Op  string        // the operation; empty if the call was not made
	TID int           // its thread; 0 for none
	Err syscall.Errno // the returned error; 0 if the program was killed instead
	PID int           // the process that was killed
}

// Kill is the Pick that kills the program before the call.
const Kill = -1

func (f *Fault) String() string {
	how := "SIGKILL before it"
	if f.Err != 0 {
		how = fmt.Sprintf("%v (%d)", f.Err, int(f.Err))
	}
	return fmt.Sprintf("call %d, %q of thread %d: %s", f.Call, f.Op, f.TID, how)
}

// Arm starts counting calls and makes one fail; nil: none.
func (t *Target) Arm(f *Fault) { t.calls, t.fault = 0, f }

// Calls is the number of calls since Arm.
func (t *Target) Calls() int { return t.calls }

// fails decides whether this call is the one, and how it fails.
func (t *Target) fails(op string, tid int, errnos []syscall.Errno) error {
	n := t.calls
	t.calls++
	f := t.fault
	if f == nil || f.Op != "" || f.Call != n {
		return nil
	}
	f.Op, f.TID = op, tid
	if f.Fold {
		if f.Pick %= len(errnos) + 1; f.Pick == len(errnos) {
			f.Pick = Kill
		}
	}
	f.Hit = f.Pick < len(errnos)
	if f.Pick == Kill {
		f.PID = t.PID()
		_ = syscall.Kill(f.PID, syscall.SIGKILL) // ESRCH: it is dying already
	}
	if !f.Hit || f.Pick == Kill {
		return nil
	}
	f.Err = errnos[f.Pick]
	return &ptrace.Error{Op: op, TID: tid, Err: f.Err}
}

// ReadMemory and the methods below are those of tracee.Target.
func (t *Target) ReadMemory(addr table.Addr, p []byte) (int, error) {
	if err := t.fails("read memory", t.PID(), memory()); err != nil {
		return 0, err
	}
	return t.Target.ReadMemory(addr, p)
}

func (t *Target) WriteMemory(addr table.Addr, p []byte) (int, error) {
	if err := t.fails("write memory", t.PID(), memory()); err != nil {
		return 0, err
	}
	return t.Target.WriteMemory(addr, p)
}

func (t *Target) Regs(tid int, r *machine.Regs) error {
	if err := t.fails("read registers", tid, request()); err != nil {
		return err
	}
	return t.Target.Regs(tid, r)
}

func (t *Target) SetRegs(tid int, r *machine.Regs) error {
	if err := t.fails("write registers", tid, request()); err != nil {
		return err
	}
	return t.Target.SetRegs(tid, r)
}

func (t *Target) XState(tid int) ([]byte, error) {
	if err := t.fails("read XSAVE area", tid, registers()); err != nil {
		return nil, err
	}
	return t.Target.XState(tid)
}

func (t *Target) SetXState(tid int, area []byte) error {
	if err := t.fails("write XSAVE area", tid, registers()); err != nil {
		return err
	}
	return t.Target.SetXState(tid, area)
}

func (t *Target) Rseq(tid int) (tracee.RseqConfig, error) {
	if err := t.fails("read rseq configuration", tid, registers()); err != nil {
		return tracee.RseqConfig{}, err
	}
	return t.Target.Rseq(tid)
}

// Elsewhere is that of tracee.MovingTarget.
func (t *Target) Elsewhere(tid int) (int, error) {
	if err := t.fails("move", tid, request()); err != nil {
		return -1, err
	}
	if m, ok := t.Target.(tracee.MovingTarget); ok {
		return m.Elsewhere(tid)
	}
	return -1, nil
}

func (t *Target) Insert(addr table.Addr) error {
	if err := t.fails("insert breakpoint", t.PID(), memory()); err != nil {
		return err
	}
	return t.Target.Insert(addr)
}

func (t *Target) Remove(addr table.Addr) error {
	if err := t.fails("remove breakpoint", t.PID(), memory()); err != nil {
		return err
	}
	return t.Target.Remove(addr)
}

func (t *Target) SetDebug(tid, slot int, kind tracee.DebugKind, addr table.Addr, length int) error {
	if err := t.fails("set debug register", tid, debug()); err != nil {
		return err
	}
	return t.Target.SetDebug(tid, slot, kind, addr, length)
}

func (t *Target) Go(tid, sig int, how tracee.How, patience time.Duration) (tracee.Event, error) {
	verb := "run"
	if how == tracee.Single {
		verb = "step"
	}
	if err := t.fails(verb, tid, append(request(), waiting()...)); err != nil {
		return tracee.Event{}, err
	}
	return t.Target.Go(tid, sig, how, patience)
}

func (t *Target) Release(tid, sig int, how tracee.How) error {
	verb := "resume"
	if how != tracee.Freely {
		verb = "resume in place"
	}
	if err := t.fails(verb, tid, request()); err != nil {
		return err
	}
	return t.Target.Release(tid, sig, how)
}

func (t *Target) Wait(wanted func(*tracee.Event) bool) (tracee.Event, error) {
	if err := t.fails("wait", 0, waiting()); err != nil {
		return tracee.Event{}, err
	}
	return t.Target.Wait(wanted)
}

func (t *Target) Hold() error {
	if err := t.fails("hold", 0, append(waiting(), syscall.EBUSY)); err != nil {
		return err
	}
	return t.Target.Hold()
}

// Syscall can also fail in the kernel: the injected call is not made, and its
// result is a negative errno.
func (t *Target) Syscall(tid int, nr uint64, args ...uint64) (int64, error) {
	n := len(request())
	if err := t.fails("inject system call", tid, append(request(), injected()...)); err != nil {
		if f := t.fault; f.Pick >= n {
			return -int64(f.Err), nil
		}
		return 0, err
	}
	return t.Target.Syscall(tid, nr, args...)
}

func (t *Target) StepAside(tid int) error {
	if err := t.fails("step aside", tid, append(request(), waiting()...)); err != nil {
		return err
	}
	return t.Target.StepAside(tid)
}

func (t *Target) SignalMask(tid int) (uint64, error) {
	if err := t.fails("read signal mask", tid, request()); err != nil {
		return 0, err
	}
	return t.Target.SignalMask(tid)
}

func (t *Target) SetSignalMask(tid int, blocked uint64) error {
	if err := t.fails("write signal mask", tid, request()); err != nil {
		return err
	}
	return t.Target.SetSignalMask(tid, blocked)
}

func (t *Target) Pin(tid int) error {
	if err := t.fails("pin", tid, affinity()); err != nil {
		return err
	}
	return t.Target.Pin(tid)
}

func (t *Target) Unpin() error {
	if err := t.fails("unpin", 0, affinity()); err != nil {
		return err
	}
	return t.Target.Unpin()
}

// ExitKill cannot fail.
func (t *Target) ExitKill(on bool) {
	t.dies = on
	t.Target.ExitKill(on)
}

// Dies reports whether the program dies with the debugger, as set by the Engine.
func (t *Target) Dies() bool { return t.dies }

func (t *Target) Siginfo(tid int) ([]byte, error) {
	if err := t.fails("read siginfo", tid, request()); err != nil {
		return nil, err
	}
	return t.Target.Siginfo(tid)
}

func (t *Target) DropSignal(tid int) error {
	if err := t.fails("drop signal", tid, request()); err != nil {
		return err
	}
	return t.Target.DropSignal(tid)
}

func (t *Target) Detach() error {
	if err := t.fails("detach", t.PID(), request()); err != nil {
		return err
	}
	return t.Target.Detach()
}

// Kill fails as kill(2) does, or as the wait for the end does.
func (t *Target) Kill() error {
	if err := t.fails("kill", t.PID(), ending()); err != nil {
		return err
	}
	return t.Target.Kill()
}

func (t *Target) DetachChild(child int) error {
	if err := t.fails("detach child", child, append(request(), memory()...)); err != nil {
		return err
	}
	return t.Target.DetachChild(child)
}

func (t *Target) Follow(child int) error {
	if err := t.fails("follow", child, append(request(), memory()...)); err != nil {
		return err
	}
	return t.Target.Follow(child)
}
