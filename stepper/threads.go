package stepper

import (
	"errors"
	"fmt"

	"rseqstep/stepper/machine"
	"rseqstep/stepper/rseq"
	"rseqstep/stepper/tracee"
	"rseqstep/table"
)

// thread is what the Engine knows of one thread.
type thread struct {
	tid    int
	number int // 1, 2, … as first seen

	regs  machine.Regs
	fresh bool // regs are those of the thread as it is held now

	rseq      tracee.RseqConfig
	rseqKnown bool
	rseqLost  bool // nothing tells whether it has a registration (tracee.ErrRseqUnknown)

	signal    int        // to be delivered when it goes on
	stoppedAt table.Addr // a breakpoint here has been reported; resuming steps off it
	put       table.Addr // where SetRegs has put it since the last command: a breakpoint here is met
	shownAt   table.Addr // shown counts only at this PC
	shown     int        // inline depth the user is shown there

	quiet     *quiet       // the quiet phase it is in, nil in none
	deferred  int          // a signal kept back until the instruction it interrupted is done
	keptInfo  []byte       // its siginfo_t
	passes    rseq.History // passes that did not commit, since the last commit
	watch     passWatch
	fruitless int         // all passes that did not commit
	last      *lastPass   // the section it ran last
	calls     []*vdsoCall // of vDSO functions it was stepped in and has not left, innermost last
	runs      int         // how often it was let run natively
	inCall    bool        // it was stopped at the entry into a system call
	answered  bool        // its cpu_opv call was answered, and may have put it on another CPU
	called    []*called   // functions it was made to call that have not returned, innermost last
}

var errGone = errors.New("the program is not being run")

func (e *Engine) adopt(tid int) *thread {
	if th, ok := e.threads[tid]; ok {
		return th
	}
	e.lastThread++
	th := &thread{tid: tid, number: e.lastThread}
	e.threads[tid] = th
	return th
}

// selected is the thread commands work on.
func (e *Engine) selected() (*thread, error) {
	if !e.target.Alive() {
		return nil, errGone
	}
	th, ok := e.threads[e.current]
	if !ok {
		return nil, errGone
	}
	return th, nil
}

// load makes th.regs those of the held thread.
func (e *Engine) load(th *thread) error {
	if th.fresh {
		return nil
	}
	if err := e.target.Regs(th.tid, &th.regs); err != nil {
		return err
	}
	th.fresh = true
	return nil
}

// registration makes th.rseq what the kernel has registered.
func (e *Engine) registration(th *thread) error {
	if th.quiet != nil {
		th.rseq, th.rseqKnown = th.quiet.config, true
	}
	if th.rseqKnown {
		return nil
	}
	c, err := e.target.Rseq(th.tid)
	if err != nil {
		th.rseqLost = errors.Is(err, tracee.ErrRseqUnknown)
		if !errors.Is(err, tracee.ErrNoRseq) && !th.rseqLost {
			return err
		}
		c = tracee.RseqConfig{}
	}
	th.rseq, th.rseqKnown = c, true
	return nil
}

// moved forgets what running may have changed in every thread.
func (e *Engine) moved() {
	for _, th := range e.threads {
		th.fresh, th.rseqKnown = false, false
	}
}

// depth is the inline depth the user is shown at the thread's PC.
func (e *Engine) depth(th *thread) int {
	pc := th.regs.PC()
	if th.shownAt == pc && pc != 0 {
		return th.shown
	}
	total, _ := e.symbols.Inlines(pc)
	return total
}

func (th *thread) show(pc table.Addr, depth int) { th.shownAt, th.shown = pc, depth }

// Thread is the selected thread's id, 0 when the program is gone.
func (e *Engine) Thread() int {
	if !e.target.Alive() {
		return 0
	}
	return e.current
}

// SelectThread makes tid the thread that commands work on.
func (e *Engine) SelectThread(tid int) error {
	if _, ok := e.threads[tid]; !ok || !e.target.Alive() {
		return fmt.Errorf("no thread %d", tid)
	}
	e.current = tid
	return nil
}

// Threads lists the program's threads in the order they were first seen.
func (e *Engine) Threads() []ThreadInfo {
	var list []ThreadInfo
	for _, tid := range e.target.Threads() {
		th := e.adopt(tid)
		info := ThreadInfo{Number: th.number, TID: tid, Name: e.target.ThreadName(tid)}
		if e.load(th) == nil {
			info.PC = th.regs.PC()
		}
		info.Rseq = e.threadRseq(th)
		e.RseqFeatureSize()
		info.Mode = e.rules.Mode(info.Rseq.Config)
		list = append(list, info)
	}
	return list
}

// Regs are the registers of a held thread, or of a process that the Target holds
// beside its own: one whose making was caught, the parent of a vfork.
func (e *Engine) Regs(tid int) (machine.Regs, error) {
	th, ok := e.threads[tid]
	if !ok {
		var r machine.Regs
		if e.target.Regs(tid, &r) != nil {
			return r, fmt.Errorf("no thread %d", tid)
		}
		return r, nil
	}
	err := e.load(th)
	return th.regs, err
}

// SetRegs changes the registers of a held thread, or of a process whose making was
// caught.
func (e *Engine) SetRegs(tid int, r machine.Regs) error {
	th, ok := e.threads[tid]
	if !ok && tid != 0 && tid == e.Undecided() {
		return e.target.SetRegs(tid, &r)
	}
	if !ok {
		return fmt.Errorf("no thread %d", tid)
	}
	if err := e.load(th); err != nil {
		return err
	}
	was := th.regs.PC()
	if err := e.target.SetRegs(tid, &r); err != nil {
		return err
	}
	th.fresh = false
	if r.PC() != was {
		th.put, th.stoppedAt = r.PC(), 0
	}
	// It may be where a called function returns to ("return").
	_, err := e.callReturned(th)
	return errors.Join(err, e.load(th))
}

// WriteMemory writes the program's memory.
func (e *Engine) WriteMemory(a table.Addr, p []byte) (int, error) {
	e.sections.FlushCode()
	return e.target.WriteMemory(a, p)
}

// Frames unwinds at most max frames of a held thread, innermost first. Inlined
// calls that begin at the PC and are still to be entered are not shown.
func (e *Engine) Frames(tid, max int) ([]Frame, error) {
	th, ok := e.threads[tid]
	if !ok {
		return nil, fmt.Errorf("no thread %d", tid)
	}
	if err := e.load(th); err != nil {
		return nil, err
	}
	pc := th.regs.PC()
	total, _ := e.symbols.Inlines(pc)
	hidden := total - e.depth(th)
	frames := e.unwind(th, max+hidden)
	for hidden > 0 && len(frames) > 1 && frames[0].PC == pc {
		frames = frames[1:]
		hidden--
	}
	if len(frames) > max {
		frames = frames[:max]
	}
	return frames, nil
}

// ThreadInfo is one thread as `info threads` and `info rseq` show it.
type ThreadInfo struct {
	Number int // 1, 2, … as they were first seen
	TID    int
	Name   string
	PC     table.Addr
	Rseq   ThreadRseq
	Mode   rseq.Mode // of its registration; 0 when it has none
}
