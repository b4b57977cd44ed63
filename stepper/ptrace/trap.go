//go:build linux && (amd64 || arm64)

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

// cause reads si_code and si_pid of the stop a thread is in.
func (p *Process) cause(t *thread) (code, sender int, err error) {
	var info [siginfoSize]byte
	if _, e := ptraceBytes(reqGetSiginfo, t.tid, 0, info[:]); e != 0 {
		return 0, 0, p.fail(t, "read siginfo", e)
	}
	code, sender = codeAndSender(info[:])
	return code, sender, nil
}

// codeAndSender are si_code and si_pid of a siginfo_t. See include/uapi/asm-generic/siginfo.h: signo,
// errno, code, then the union.
func codeAndSender(info []byte) (code, sender int) {
	return int(int32(binary.NativeEndian.Uint32(info[8:]))), int(int32(binary.NativeEndian.Uint32(info[16:])))
}

// took queues an event of a SIGTRAP of the debugger's.
func (p *Process) took(t *thread, ev tracee.Event) error {
	t.stop, t.signal = stopTrap, 0
	ev.TID = t.tid
	p.push(ev)
	return nil
}

// takeHandler handles a step that entered a signal handler.
func (p *Process) takeHandler(t *thread) error {
	t.stop, t.signal = stopEvent, 0 // ptrace_notify: there is no signal to replace
	p.push(tracee.Event{Kind: tracee.EventStep, TID: t.tid})
	return nil
}

// takeOwnTrap handles a SIGTRAP of the program's own.
func (p *Process) takeOwnTrap(t *thread) error {
	p.push(tracee.Event{Kind: tracee.EventSignal, TID: t.tid, Signal: int(unix.SIGTRAP)})
	return nil
}

// takeBreakpoint handles a breakpoint instruction: planted, planted but removed since, or the
// program's own.
func (p *Process) takeBreakpoint(t *thread) error {
	if err := p.load(t); err != nil {
		return err
	}
	at := t.regs.now.PC() - breakpointMoves
	if p.points.planted(at) && !p.lifted {
		if err := p.rewind(t, at); err != nil {
			return err
		}
		return p.took(t, tracee.Event{Kind: tracee.EventBreakpoint, Addr: at})
	}
	if p.points.past[at] {
		var b [trapLen]byte
		if _, err := p.readRaw(at, b[:]); err == nil && b != trap {
			// It was removed after the thread had executed it and before its stop was
			// collected.
			t.stop, t.signal = stopTrap, 0
			if err := p.rewind(t, at); err != nil {
				return err
			}
			return p.resume(t, t.how, 0)
		}
	}
	return p.takeOwnTrap(t)
}
