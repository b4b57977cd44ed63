package drive

import "rseqstep/stepper/tracee"

// heldBack is the set of signals that are blocked while a unit runs: every signal except those
// that an instruction of the unit raises (SIGILL 4, SIGTRAP 5, SIGBUS 7, SIGFPE 8, SIGSEGV 11).
// Blocking one of these would kill the program (signal(7)).
const heldBack = ^uint64(1<<3 | 1<<4 | 1<<6 | 1<<7 | 1<<10)

// BlockSignals blocks the thread's signals, so that none interrupts a unit. At full speed a
// section takes nanoseconds and a signal rarely hits it; under a debugger it takes microseconds,
// and a fast interval timer would hit it every time. The kernel keeps the signals pending. A
// section makes no system call, so the program cannot observe the mask.
func (d *Driver) BlockSignals(th *Thread) error { return d.book.BlockSignals(th.TID, heldBack) }

// UnblockSignals restores the thread's signal mask. A thread that is gone needs none, and a
// running thread gets it later: the book tries again.
func (d *Driver) UnblockSignals(th *Thread) error {
	if err := d.book.UnblockSignals(th.TID); !tracee.IsGone(err) {
		return err
	}
	return nil // the book still has it to restore; a thread may also only seem to be gone
}
