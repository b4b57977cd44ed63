package drive

// held back while a unit runs: every signal but those that an instruction of
// its own raises (SIGILL 4, SIGTRAP 5, SIGBUS 7, SIGFPE 8, SIGSEGV 11; a
// blocked one of these would kill the program, see signal(7)).
const heldBack = ^uint64(1<<3 | 1<<4 | 1<<6 | 1<<7 | 1<<10)

// BlockSignals holds the thread's signals back, as if it had blocked them, so that
// none interrupts a unit: natively a section takes nanoseconds and hardly ever
// meets one, under a debugger it takes microseconds, which a fast interval
// timer would hit each time. The kernel keeps them pending. A section makes no
// system call, so the program cannot see it.
func (d *Driver) BlockSignals(th *Thread) error { return d.book.BlockSignals(th.TID, heldBack) }

// UnblockSignals gives the thread its signal mask back. A thread that is gone needs
// none, and one that runs gets it later: the book tries again.
func (d *Driver) UnblockSignals(th *Thread) error {
	if err := d.book.UnblockSignals(th.TID); !isGone(err) {
		return err
	}
	return nil // still owed, as it is to a thread that only seems to be gone
}
