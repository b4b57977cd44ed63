package drive

import (
	"errors"

	"rseqstep/stepper/machine"
	"rseqstep/stepper/rseq"
	"rseqstep/stepper/source"
	"rseqstep/stepper/tracee"
	"rseqstep/table"
)

// Thread is the Driver's state of one thread.
type Thread struct {
	TID    int
	Number int // 1, 2, … in the order of discovery

	Regs  machine.Regs
	Fresh bool // Regs are the registers of the thread in its current ptrace-stop

	Rseq      tracee.RseqConfig
	RseqKnown bool               // Rseq is the registration that the kernel has
	RseqLost  bool               // nothing shows whether it has a registration (tracee.ErrRseqUnknown)
	Lifted    *tracee.RseqConfig // the registration that is lifted, nil if none is

	Signal   int    // signal to deliver when the thread resumes; 0: none
	Deferred int    // signal kept until the instruction that it interrupted has run
	keptInfo []byte // its siginfo_t

	View source.View // of the user; valid only at its PC

	StoppedAt table.Addr // a breakpoint here has been reported; resuming steps off it
	Aborted   bool       // it stands inside a section that the kernel restarts when it resumes: it does not execute the instruction at its PC
	Put       table.Addr // where SetRegs has moved the PC since the last command: a breakpoint here counts as not yet hit
	Runs      int        // how often it has been resumed natively
	InCall    bool       // it stopped at a system call entry
	Answered  bool       // the debugger answered its cpu_opv call and may have moved it to another CPU
	Pass      *rseq.Pass // the section that it ran last, nil if unknown; kept by the Mind
}

// Show records that the user sees the thread at an inline depth of the function at pc.
func (th *Thread) Show(pc table.Addr, depth int) { th.View = source.View{PC: pc, Depth: depth} }

// Thread returns the thread with that TID, nil if there is none.
func (d *Driver) Thread(tid int) *Thread { return d.threads[tid] }

// Threads returns all threads by TID. The map belongs to the Driver.
func (d *Driver) Threads() map[int]*Thread { return d.threads }

// Knows reports whether a thread still belongs to the program.
func (d *Driver) Knows(th *Thread) bool { return d.threads[th.TID] == th }

// Adopt returns the thread with that TID and adds it if it is new.
func (d *Driver) Adopt(tid int) *Thread {
	if th, ok := d.threads[tid]; ok {
		return th
	}
	d.lastThread++
	th := &Thread{TID: tid, Number: d.lastThread}
	d.threads[tid] = th
	return th
}

// Selected returns the thread that commands work on, nil if there is none.
func (d *Driver) Selected() *Thread { return d.threads[d.current] }

// Current returns the TID of the selected thread.
func (d *Driver) Current() int { return d.current }

// Select selects the thread that commands work on.
func (d *Driver) Select(tid int) { d.current = tid }

// Load reads the registers of the held thread into th.Regs.
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

// Registration sets th.Rseq to the registration that the kernel has, or to the lifted one.
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

// Restarts reports whether a signal interrupted the thread's system call, so that the call has
// not finished with this return: when the thread resumes, the kernel moves the PC back to the
// call. A single step then executes the whole call again, however long that takes.
func (d *Driver) Restarts(th *Thread) bool {
	return d.Load(th) == nil && th.Regs.Restarts()
}

// moved marks as stale the state of every thread that running may have changed.
func (d *Driver) moved() {
	for _, th := range d.threads {
		th.Fresh, th.RseqKnown = false, false
	}
}
