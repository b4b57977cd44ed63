//go:build linux && (amd64 || arm64)

package ptrace

import (
	"errors"
	"fmt"

	"golang.org/x/sys/unix"
)

// Adopt attaches to a process that another debugger has just detached from
// while a SIGSTOP had it stopped, and ends that stop invisibly: no handler runs
// for the SIGSTOP or for the SIGCONT that ends it. With launched, which means
// that the other debugger had launched the process, the kernel kills it when
// this debugger dies, as one that Launch started.
func Adopt(pid int, launched bool) (*Process, error) {
	p, err := Attach(pid)
	if err != nil {
		return nil, err
	}
	err = p.endJobStop()
	if err == nil && launched {
		err = p.setExitKill()
	}
	if err != nil {
		if p.alive {
			err = errors.Join(err, p.Detach())
		}
		return nil, err
	}
	p.launched = launched
	return p, nil
}

// endJobStop ends a job-control stop. SIGCONT ends the stop when it is sent, whether
// or not it is delivered (signal(7)). So one thread receives it with every
// other signal blocked, and endJobStop drops it there. Each other thread reports the
// end with a stop before its next instruction; endJobStop consumes those stops too.
//
// Precondition: every thread is held.
func (p *Process) endJobStop() error {
	var lead *thread
	for _, t := range p.order {
		if t.held && !t.zombie {
			lead = t
			break
		}
	}
	if lead == nil {
		return &Error{Op: "adopt", TID: p.pid, Err: unix.ESRCH}
	}
	mask, err := p.SignalMask(lead.tid)
	if err != nil {
		return err
	}
	p.ExitKill(true)
	defer p.ExitKill(false)
	if err := p.SetSignalMask(lead.tid, ^(uint64(1) << (unix.SIGCONT - 1))); err != nil {
		return err
	}
	if err := unix.Kill(p.pid, unix.SIGCONT); err != nil {
		return errors.Join(&Error{Op: "adopt", TID: p.pid, Err: err}, p.SetSignalMask(lead.tid, mask))
	}
	for lead.stop != stopSignal {
		if err := p.takePendingStop(lead); err != nil {
			return err
		}
	}
	lead.stop, lead.signal = stopTrap, 0
	if err := p.SetSignalMask(lead.tid, mask); err != nil {
		return err
	}
	for _, t := range p.order {
		if t == lead || t.zombie || !t.held {
			continue
		}
		if e := ptraceCall(reqInterrupt, t.tid, 0, 0); e != 0 {
			return p.fail(t, "adopt", e)
		}
		if err := p.takePendingStop(t); err != nil {
			return err
		}
	}
	p.queue = p.queue[:0] // they belong to the stop that has ended
	return nil
}

// takePendingStop resumes a thread and waits for the stop that is pending for it.
func (p *Process) takePendingStop(t *thread) error {
	if e := ptraceCall(reqCont, t.tid, 0, 0); e != 0 {
		return p.fail(t, "adopt", e)
	}
	if _, err := p.collectFirm(t.tid); err != nil {
		return err
	}
	ws := unix.WaitStatus(p.status)
	t.stopped()
	switch event := p.status >> 16; {
	case !ws.Stopped():
		p.ended(t.tid, ws)
		return &Error{Op: "adopt", TID: t.tid, Err: unexpected(p.status)}
	case event == 0 && ws.StopSignal() == unix.SIGCONT:
		t.stop = stopSignal
	case event != eventStop:
		return &Error{Op: "adopt", TID: t.tid, Err: unexpected(p.status)}
	}
	return nil
}

// setExitKill makes the kernel kill the process if the debugger dies without
// detaching.
func (p *Process) setExitKill() error {
	for _, t := range p.order {
		if t.zombie {
			continue
		}
		if e := ptraceCall(reqSetOptions, t.tid, 0, optExitKill|optTraceSysGood|optEvents); e != 0 {
			return &Error{Op: "adopt", TID: t.tid, Err: fmt.Errorf("%w: it would outlive the debugger", e)}
		}
	}
	return nil
}
