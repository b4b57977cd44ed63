package stepper

import "errors"

// StepInside is StepInstruction that enters sections: the thread is stepped
// with its rseq registration lifted (see quiet.go), so that it stands inside
// with live state and still commits.
func (e *Engine) StepInside(n int) (Stop, error) {
	return Stop{}, errors.New("stepping inside sections is not there yet")
}

// Opv does the work of the section the thread is about to run, or has just
// been aborted in, by a cpu_opv vector, without waiting for it to be stuck.
func (e *Engine) Opv() (Stop, error) {
	return Stop{}, errors.New("cpu_opv injection is not there yet")
}

// AbortAt lets the section the thread is about to run be aborted by the kernel
// before its instruction number n (1 is the first), and stops at its abort
// handler.
func (e *Engine) AbortAt(n int) (Stop, error) {
	return Stop{}, errors.New("provoked aborts are not there yet")
}
