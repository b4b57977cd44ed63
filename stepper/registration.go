package stepper

import (
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"syscall"

	"rseqstep/stepper/rseq"
	"rseqstep/stepper/tracee"
)

// writtenArea is the content of a thread's registered rseq area, the id fields
// as the kernel has written them. Since Linux 6.19 they say -1 from the
// registration on until the thread has run (rseq_register, kernel/rseq.c).
func (e *Engine) writtenArea(th *thread) ([]byte, error) {
	area := make([]byte, th.rseq.Size)
	for again := false; ; again = true {
		if n, err := e.target.ReadMemory(th.rseq.Area, area); n < len(area) {
			return nil, fmt.Errorf("the rseq area of thread %d at %v cannot be read: %w", th.tid, th.rseq.Area, errors.Join(err, io.ErrUnexpectedEOF))
		}
		if again || rseq.ParseArea(th.rseq, area).CPU >= 0 {
			return area, nil
		}
		if err := e.stepAside(th); err != nil {
			return nil, err
		}
	}
}

// register gives the thread its registration back, and arms the section that it
// stands in. In between the thread steps aside. Since Linux 6.19 the kernel
// looks at rseq_cs only if the thread's last entry was an interrupt or an
// exception, and registering was a system call: resumed inside the section, the
// thread would not be restarted, and would commit on whatever CPU it wakes up on.
// And so that the area does not say -1 for the CPU, the kernel must have written it.
// Both cost one step (tried on 6.1 to 7.3).
//
// Nothing here writes the id fields once the area is registered: since 7.1 the
// kernel kills a program in whose area of more than 32 bytes somebody has.
func (e *Engine) register(th *thread, q *quiet) error {
	if err := e.load(th); err != nil {
		return err
	}
	flags := uint64(0)
	if q.slice {
		flags = rseq.SliceDefaultOn
	}
	err := e.rseqCall(th, q.config, flags)
	if flags != 0 && errors.Is(err, syscall.EINVAL) { // the kernel does not know the flag: 6.19 and older
		err = e.rseqCall(th, q.config, 0)
	}
	if err == nil {
		e.probe(q.config)
	}
	if errors.Is(err, syscall.EBUSY) {
		err = nil // it has this very registration: see rseq(2), and kernel/rseq.c
	}
	if err == nil {
		err = e.stepAside(th)
	}
	if err != nil || !q.Entered || !q.Placed.Contains(th.regs.PC()) {
		return err
	}
	// Registration cleared rseq_cs.
	var cs [8]byte
	binary.LittleEndian.PutUint64(cs[:], uint64(q.Placed.Descriptor))
	if n, err := e.target.WriteMemory(q.config.CSField(), cs[:]); n < len(cs) {
		return errors.Join(err, io.ErrShortWrite)
	}
	return nil
}

// stepAside is Target.StepAside.
func (e *Engine) stepAside(th *thread) error {
	th.fresh = false
	if err := e.target.StepAside(th.tid); err != nil {
		return err
	}
	return e.load(th)
}

// rseqCall makes the thread call rseq(2) on its own area.
func (e *Engine) rseqCall(th *thread, c tracee.RseqConfig, flags uint64) error {
	ret, err := e.target.Syscall(th.tid, e.target.Arch().Calls.Rseq, uint64(c.Area), uint64(c.Size), flags, uint64(c.Signature))
	th.fresh = false
	if err == nil && ret != 0 {
		err = fmt.Errorf("rseq(%v, %d, %d) in thread %d: %w", c.Area, c.Size, flags, th.tid, syscall.Errno(-ret))
	}
	if err != nil {
		return err
	}
	return e.load(th)
}
