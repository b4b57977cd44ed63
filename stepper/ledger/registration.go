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

// Registration is a thread's rseq registration, as it is to be again.
type Registration struct {
	Config tracee.RseqConfig
	Slice  bool // the time slice extension was switched on

	// Back is called when it is registered again, before the thread has run; nil: nobody asks.
	Back func()
}

// lift is a registration that a thread is without.
type lift struct {
	Registration
	over bool          // it is to be back, and that has failed so far
	arms *table.Placed // over: the section that the thread stands in, if it stands in one
}

// Lift lifts a thread's rseq registration, and writes into its area what the program
// is to find there. Where it fails the registration may be lifted or not: Restore is
// to be called in any case.
// Precondition: every other thread is held, and the thread stands in no live section.
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

// Lifted reports whether a thread is without its registration.
func (b *Book) Lifted(tid int) bool { return b.lifted[tid] != nil }

// Restore gives a thread its registration back. A thread that stands inside the
// section arms (nil: in none that it has armed) then is armed in the kernel's eyes,
// which restarts the section when the thread goes on. What fails is tried again by
// GiveBack. ESRCH says that the thread has been killed.
// Preconditions are those of Lift.
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

// register makes the thread register its area, and arms the section that it
// stands in. In between the thread steps aside. Since Linux 6.19 the kernel
// looks at rseq_cs only if the thread's last entry was an interrupt or an
// exception, and registering was a system call: resumed inside the section, the
// thread would not be restarted, and would commit on whatever CPU it wakes up on.
// And so that the area does not say -1 for the CPU, the kernel must have written it.
// Both cost one step (tried on 6.1 to 7.3).
//
// Nothing here writes the id fields once the area is registered: since 7.1 the
// kernel kills a program in whose area of more than 32 bytes somebody has.
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
		err = nil // it has this very registration: see rseq(2), and kernel/rseq.c
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
	// Registration cleared rseq_cs.
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
