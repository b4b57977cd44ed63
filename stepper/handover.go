package stepper

import (
	"encoding/binary"
	"errors"
	"fmt"

	"rseqstep/stepper/tracee"
)

// PassSignal replaces the signal the thread gets when it goes on; 0 for none.
func (e *Engine) PassSignal(tid, sig int) error {
	th, err := e.anyThread(tid)
	if err != nil {
		return err
	}
	th.signal = sig
	if sig == 0 {
		return e.target.DropSignal(tid)
	}
	return nil
}

// AddSignal gives the thread a signal when it goes on, besides the one that it is
// to have and has not had yet.
func (e *Engine) AddSignal(tid, sig int) error {
	th, err := e.anyThread(tid)
	if err != nil {
		return err
	}
	return e.queueSignal(th, sig)
}

// anyThread is a thread of the program's, be it one that was made while the others
// were being stopped.
func (e *Engine) anyThread(tid int) (*thread, error) {
	if th, ok := e.threads[tid]; ok {
		return th, nil
	}
	if e.target.Held(tid) {
		return e.adopt(tid), nil
	}
	return nil, fmt.Errorf("no thread %d", tid)
}

// queueSignal makes a signal the one that the thread gets when it goes on. One that it is
// to have from before, and that could not be delivered since, becomes pending.
func (e *Engine) queueSignal(th *thread, sig int) error {
	before := th.signal
	th.signal = sig
	if before == 0 {
		return nil
	}
	t, ok := e.target.(tracee.SenderTarget)
	if !ok {
		th.signal = before
		return fmt.Errorf("thread %d is still to have signal %d, and cannot be given signal %d as well", th.tid, before, sig)
	}
	if err := t.Send(th.tid, before); err != nil && !isGone(err) {
		return err
	}
	return nil
}

// sendOwed makes the signals that threads are to have pending, but for those that
// their threads are stopped for, which detaching delivers.
func (e *Engine) sendOwed() (err error) {
	t, ok := e.target.(tracee.SenderTarget)
	for _, th := range e.threads {
		if !ok || th.signal == 0 || !e.target.Alive() || !e.target.Held(th.tid) {
			continue
		}
		info, failed := e.target.Siginfo(th.tid)
		if failed == nil && len(info) >= 4 && int(binary.LittleEndian.Uint32(info)) == th.signal {
			continue
		}
		if failed = errors.Join(e.target.DropSignal(th.tid), t.Send(th.tid, th.signal)); !isGone(failed) {
			err = errors.Join(err, failed)
		}
		th.signal = 0
	}
	return err
}
