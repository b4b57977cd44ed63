package ledger

import (
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"syscall"

	"rseqstep/stepper/machine"
	"rseqstep/stepper/tracee"
	"rseqstep/table"
)

// Flags of rseq(2). See include/uapi/linux/rseq.h.
const (
	rseqUnregister = 1
	rseqSliceOn    = 2 // RSEQ_FLAG_SLICE_EXT_DEFAULT_ON
)

// Registration is the rseq registration of a thread that Restore will make again.
type Registration struct {
	Config tracee.RseqConfig
	Slice  bool // the time slice extension was enabled

	// Back is called when the registration is restored, before the thread has run; nil: nothing
	// is called.
	Back func()
}

// lift is the registration that a thread lacks.
type lift struct {
	Registration
	over bool          // Restore was called and has failed so far
	arms *table.Placed // with over: the section that contains the thread's PC, nil if there is none
}

// Lift removes a thread's rseq registration and writes area into its rseq area, for the program
// to read. After an error the registration may be lifted or not: call Restore in any case.
// Precondition: every other thread is held, and the thread is not in a live section.
func (b *Book) Lift(tid int, r Registration, area []byte) error {
	b.begin()
	b.lifted[tid] = &lift{Registration: r}
	if err := b.rseqCall(tid, r.Config, rseqUnregister); err != nil {
		return err
	}
	// The kernel has reset the area's fields.
	_, err := b.p.WriteMemory(r.Config.Area, area)
	return err
}

// Lifted reports whether a thread lacks its registration.
func (b *Book) Lifted(tid int) bool { return b.lifted[tid] != nil }

// Restore registers a thread's area again. If the thread stands inside the section arms (nil:
// inside no section that it has armed), Restore arms the section, so the kernel restarts it when
// the thread resumes. GiveBack repeats what fails. ESRCH means that the thread has been killed.
// The preconditions are those of Lift.
func (b *Book) Restore(tid int, arms *table.Placed) error {
	l := b.lifted[tid]
	if l == nil {
		return nil
	}
	l.over, l.arms = true, arms
	return b.restore(tid)
}

func (b *Book) restore(tid int) error {
	if b.p.Alive() {
		if err := b.register(tid, b.lifted[tid]); err != nil {
			return err
		}
	}
	delete(b.lifted, tid)
	b.end()
	return nil
}

// register makes the thread register its area, and arms the section that the thread stands in. In
// between the thread executes one instruction elsewhere. Since Linux 6.19 the kernel examines
// rseq_cs only if the thread's last entry was an interrupt or an exception, and the registration
// was a system call: if the thread resumed inside the section directly, the kernel would not
// restart it, and it would commit on whatever CPU it wakes up on. The kernel must also have
// written the CPU number, so that the area does not contain -1. Both need one step (tried on 6.1
// to 7.3).
//
// No code here writes the id fields after the registration: since 7.1 the kernel kills a program
// whose area of more than 32 bytes was changed there.
func (b *Book) register(tid int, l *lift) error {
	flags := uint64(0)
	if l.Slice {
		flags = rseqSliceOn
	}
	err := b.rseqCall(tid, l.Config, flags)
	if flags != 0 && errors.Is(err, syscall.EINVAL) { // the kernel does not know the flag: 6.19 and older
		err = b.rseqCall(tid, l.Config, 0)
	}
	if err == nil && l.Back != nil {
		l.Back()
	}
	if errors.Is(err, syscall.EBUSY) {
		err = nil // it has this registration already: see rseq(2), and kernel/rseq.c
	}
	if err == nil {
		err = b.p.StepAside(tid)
	}
	if err != nil || l.arms == nil {
		return err
	}
	var r machine.Regs
	if err := b.p.Regs(tid, &r); err != nil || !l.arms.Contains(r.PC()) {
		return err
	}
	// The registration cleared rseq_cs.
	var cs [8]byte
	binary.LittleEndian.PutUint64(cs[:], uint64(l.arms.Descriptor))
	if n, err := b.p.WriteMemory(l.Config.CSField(), cs[:]); n < len(cs) {
		return errors.Join(err, io.ErrShortWrite)
	}
	return nil
}

// rseqCall makes the thread call rseq(2) on its own area.
func (b *Book) rseqCall(tid int, c tracee.RseqConfig, flags uint64) error {
	ret, err := b.p.Syscall(tid, b.p.Arch().Calls.Rseq, uint64(c.Area), uint64(c.Size), flags, uint64(c.Signature))
	if err == nil && ret != 0 {
		err = fmt.Errorf("rseq(%v, %d, %d) in thread %d: %w", c.Area, c.Size, flags, tid, syscall.Errno(-ret))
	}
	return err
}
