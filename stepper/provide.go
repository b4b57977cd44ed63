package stepper

import (
	"rseqstep/stepper/opv"
	"rseqstep/stepper/provide"
)

// CPUOpv is the cpu_opv system call to provide, for clients of the Engine.
type CPUOpv = provide.CPUOpv

// ProvideCPUOpv gives the program and its child processes a cpu_opv system call of that ABI,
// under the number that the Target traps. It requires no stepping. Errors: provide.ErrNoCalls.
func (e *Engine) ProvideCPUOpv(abi opv.ABI) error {
	s, err := provide.New(e.target, abi)
	if err != nil {
		return err
	}
	e.provides = s
	return nil
}

// provideAt answers at an event of the program. For a thread that moves alone it answers that
// thread's call; while all threads run, it answers all calls that arrived at the same time, so
// that it stops the other threads once.
func (e *Engine) provideAt(tid int) error {
	if e.drive.Released() {
		if err := e.drive.Pause(); err != nil {
			return err
		}
		tid = 0
	}
	return e.provides.Answer(tid, e.drive.MayRun, func(tid int) {
		if th := e.drive.Thread(tid); th != nil {
			th.Fresh, th.Answered = false, true
		}
	})
}
