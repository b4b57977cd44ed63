//go:build linux && amd64

package ptrace

import (
	"encoding/binary"
	"slices"

	"golang.org/x/sys/unix"

	"rseqstep/stepper/tracee"
)

// takeSignal handles a signal-delivery-stop; a SIGTRAP may be the debugger's.
func (p *Process) takeSignal(t *thread, sig int) error {
	t.stop, t.signal = stopSignal, sig
	if sig == int(unix.SIGTRAP) {
		return p.takeTrap(t)
	}
	if sig == int(unix.SIGILL) {
		if ours, err := p.takeIllegal(t); err != nil {
			return err
		} else if ours {
			p.push(tracee.Event{Kind: tracee.EventSyscall, TID: t.tid})
			return nil
		}
	}
	if i := slices.Index(t.ownSignals, sig); i >= 0 {
		if code, sender, err := p.cause(t); err != nil {
			return err
		} else if code == codeTkill && sender == p.kicker.tgid {
			t.ownSignals = slices.Delete(t.ownSignals, i, i+1)
			return p.resume(t, t.how, sig)
		}
	}
	p.push(tracee.Event{Kind: tracee.EventSignal, TID: t.tid, Signal: sig})
	return nil
}

// cause reads si_code and si_pid of the stop a thread is in. See
// include/uapi/asm-generic/siginfo.h: signo, errno, code, then the union.
func (p *Process) cause(t *thread) (code int, sender int, err error) {
	var info [siginfoSize]byte
	if _, e := ptraceBytes(reqGetSiginfo, t.tid, 0, info[:]); e != 0 {
		return 0, 0, p.fail(t, "read siginfo", e)
	}
	return int(int32(binary.NativeEndian.Uint32(info[8:]))), int(int32(binary.NativeEndian.Uint32(info[16:]))), nil
}

// takeTrap distinguishes the SIGTRAPs: a step, a breakpoint, a debug register,
// or one of the program's own.
func (p *Process) takeTrap(t *thread) error {
	code, _, err := p.cause(t)
	if err != nil {
		return err
	}
	stepping := t.how == reqSingleStep
	switch code {
	case codeKernel:
		return p.takeInt3(t)
	case codeHardware, codeTrace:
		slots, err := p.matched(t)
		if err != nil {
			return err
		}
		if slots != 0 {
			t.stop, t.signal = stopTrap, 0
			p.push(tracee.Event{Kind: tracee.EventDebug, TID: t.tid, Slot: lowest(slots), Slots: slots})
			return nil
		}
		stepping = stepping && code == codeTrace
	case codeHandler:
		if stepping {
			t.stop, t.signal = stopEvent, 0 // ptrace_notify: there is no signal to replace
			p.push(tracee.Event{Kind: tracee.EventStep, TID: t.tid})
			return nil
		}
	case codeBreakpoint:
		// A step over a system call, or int1, which has the same code.
		if err := p.load(t); err != nil {
			return err
		}
		stepping = stepping && (t.regs.now.SyscallNumber() != noSyscall || t.skipped || !p.afterInt1(t))
	default:
		stepping = false // kill, tgkill, sigqueue
	}
	if stepping {
		t.stop, t.signal = stopTrap, 0
		p.push(tracee.Event{Kind: tracee.EventStep, TID: t.tid})
		return nil
	}
	p.push(tracee.Event{Kind: tracee.EventSignal, TID: t.tid, Signal: int(unix.SIGTRAP)})
	return nil
}

// takeInt3 handles a breakpoint instruction: planted, planted but removed since, or the
// program's own.
func (p *Process) takeInt3(t *thread) error {
	if err := p.load(t); err != nil {
		return err
	}
	at := t.regs.now.PC() - breakpointMoves
	if p.points.planted(at) && !p.lifted {
		t.stop, t.signal = stopTrap, 0
		if err := p.rewind(t, at); err != nil {
			return err
		}
		p.push(tracee.Event{Kind: tracee.EventBreakpoint, TID: t.tid, Addr: at})
		return nil
	}
	if p.points.past[at] {
		var b [1]byte
		if _, err := p.readRaw(at, b[:]); err == nil && b[0] != opInt3 {
			// It was removed after the thread had executed it and before its stop was
			// collected.
			t.stop, t.signal = stopTrap, 0
			if err := p.rewind(t, at); err != nil {
				return err
			}
			return p.resume(t, t.how, 0)
		}
	}
	p.push(tracee.Event{Kind: tracee.EventSignal, TID: t.tid, Signal: int(unix.SIGTRAP)})
	return nil
}
