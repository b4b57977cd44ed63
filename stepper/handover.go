package stepper

import (
	"encoding/binary"
	"errors"
	"fmt"

	"rseqstep/stepper/drive"
	"rseqstep/stepper/tracee"
)

// PassSignal replaces the signal that the thread receives when it resumes; 0 for none.
func (e *Engine) PassSignal(tid, sig int) error {
	th, err := e.anyThread(tid)
	if err != nil {
		return err
	}
	th.Signal = sig
	if sig == 0 {
		return e.target.DropSignal(tid)
	}
	return nil
}

// AddSignal gives the thread a signal when it resumes, in addition to the one that is still
// pending for it.
func (e *Engine) AddSignal(tid, sig int) error {
	th, err := e.anyThread(tid)
	if err != nil {
		return err
	}
	return e.drive.QueueSignal(th, sig)
}

// anyThread is a thread of the program, including one created while the Engine stopped the
// others.
func (e *Engine) anyThread(tid int) (*drive.Thread, error) {
	if th := e.drive.Thread(tid); th != nil {
		return th, nil
	}
	if e.target.Held(tid) {
		return e.drive.Adopt(tid), nil
	}
	return nil, fmt.Errorf("no thread %d", tid)
}

// sendOwed sends each thread the signal that it has yet to receive, except the signal of a
// signal-delivery-stop that the thread is still in: detaching delivers that one.
func (e *Engine) sendOwed() (err error) {
	t, ok := e.target.(tracee.SenderTarget)
	for _, th := range e.drive.Threads() {
		if !ok || th.Signal == 0 || !e.target.Alive() || !e.target.Held(th.TID) {
			continue
		}
		info, failed := e.target.Siginfo(th.TID)
		if failed == nil && len(info) >= 4 && int(binary.LittleEndian.Uint32(info)) == th.Signal {
			continue
		}
		if failed = errors.Join(e.target.DropSignal(th.TID), t.Send(th.TID, th.Signal)); !tracee.IsGone(failed) {
			err = errors.Join(err, failed)
		}
		th.Signal = 0
	}
	return err
}
