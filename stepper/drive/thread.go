package drive

import (
	"errors"

	"rseqstep/stepper/machine"
	"rseqstep/stepper/tracee"
	"rseqstep/table"
)

// Thread is what the Driver knows of one thread.
type Thread struct {
	TID    int
	Number int // 1, 2, … as first seen
	Own    any // the Mind's, of this thread

	Regs  machine.Regs
	Fresh bool // Regs are those of the thread as it is held now

	Rseq      tracee.RseqConfig
	RseqKnown bool               // Rseq is what the kernel has registered
	RseqLost  bool               // nothing tells whether it has a registration (tracee.ErrRseqUnknown)
	Lifted    *tracee.RseqConfig // the registration that it is without, nil for none

	Signal   int    // to be delivered when it goes on
	Deferred int    // a signal kept back until the instruction it interrupted is done
	keptInfo []byte // its siginfo_t

	StoppedAt table.Addr // a breakpoint here has been reported; resuming steps off it
	Put       table.Addr // where SetRegs has put it since the last command: a breakpoint here is met
	Runs      int        // how often it was let run natively
	InCall    bool       // it was stopped at the entry into a system call
	Answered  bool       // its cpu_opv call was answered, and may have put it on another CPU
}

// Thread is the thread of that id, nil for none.
func (d *Driver) Thread(tid int) *Thread { return d.threads[tid] }

// Threads are all threads by their ids. The map is the Driver's.
func (d *Driver) Threads() map[int]*Thread { return d.threads }

// Knows reports whether a thread is still one of the program's.
func (d *Driver) Knows(th *Thread) bool { return d.threads[th.TID] == th }

// Adopt is the thread of that id, which is new where it was not known.
func (d *Driver) Adopt(tid int) *Thread {
	if th, ok := d.threads[tid]; ok {
		return th
	}
	d.lastThread++
	th := &Thread{TID: tid, Number: d.lastThread}
	d.threads[tid] = th
	return th
}

// Selected is the thread that commands work on, nil for none.
func (d *Driver) Selected() *Thread { return d.threads[d.current] }

// Current is its id.
func (d *Driver) Current() int { return d.current }

// Select makes a thread the one that commands work on.
func (d *Driver) Select(tid int) { d.current = tid }

// Load makes th.Regs those of the held thread.
func (d *Driver) Load(th *Thread) error {
	if th.Fresh {
		return nil
	}
	if err := d.target.Regs(th.TID, &th.Regs); err != nil {
		return err
	}
	th.Fresh = true
	return nil
}

// Registration makes th.Rseq what the kernel has registered, or what is lifted.
func (d *Driver) Registration(th *Thread) error {
	if th.Lifted != nil {
		th.Rseq, th.RseqKnown = *th.Lifted, true
	}
	if th.RseqKnown {
		return nil
	}
	c, err := d.target.Rseq(th.TID)
	if err != nil {
		th.RseqLost = errors.Is(err, tracee.ErrRseqUnknown)
		if !errors.Is(err, tracee.ErrNoRseq) && !th.RseqLost {
			return err
		}
		c = tracee.RseqConfig{}
	}
	th.Rseq, th.RseqKnown = c, true
	return nil
}

// Restarts reports whether the thread's system call was interrupted, so
// that its return is not its end: the kernel moves the PC back to the call when
// the thread goes on, and a step makes the whole call again, for as long as it
// takes.
func (d *Driver) Restarts(th *Thread) bool {
	return d.Load(th) == nil && th.Regs.Restarts()
}

// moved forgets what running may have changed in every thread.
func (d *Driver) moved() {
	for _, th := range d.threads {
		th.Fresh, th.RseqKnown = false, false
	}
}
