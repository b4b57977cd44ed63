package stepper

import (
	"errors"
	"fmt"

	"rseqstep/stepper/drive"
	"rseqstep/stepper/machine"
	"rseqstep/stepper/rseq"
	"rseqstep/table"
)

var errGone = errors.New("the program is not being run")

// selected is the thread that commands work on.
func (e *Engine) selected() (*drive.Thread, error) {
	if !e.target.Alive() {
		return nil, errGone
	}
	th := e.drive.Thread(e.drive.Current())
	if th == nil {
		return nil, errGone
	}
	return th, nil
}

// Thread is the selected thread's id, 0 when the program has ended.
func (e *Engine) Thread() int {
	if !e.target.Alive() {
		return 0
	}
	return e.drive.Current()
}

// SelectThread makes tid the thread that commands work on.
func (e *Engine) SelectThread(tid int) error {
	if e.drive.Thread(tid) == nil || !e.target.Alive() {
		return fmt.Errorf("no thread %d", tid)
	}
	e.drive.Select(tid)
	return nil
}

// Numbers returns the user's numbers of the program's threads, by TID. It reads nothing of them.
func (e *Engine) Numbers() map[int]int {
	tids := e.target.Threads()
	numbers := make(map[int]int, len(tids))
	for _, tid := range tids {
		numbers[tid] = e.drive.Adopt(tid).Number
	}
	return numbers
}

// Threads lists the program's threads in the order in which the Engine first saw them.
func (e *Engine) Threads() []ThreadInfo {
	var list []ThreadInfo
	for _, tid := range e.target.Threads() {
		th := e.drive.Adopt(tid)
		info := ThreadInfo{Number: th.Number, TID: tid, Name: e.target.ThreadName(tid)}
		if e.drive.Load(th) == nil {
			info.PC = th.Regs.PC()
		}
		info.Rseq, _ = e.rseq.Read(th)
		info.Mode = e.rseq.Mode(info.Rseq.Config)
		list = append(list, info)
	}
	return list
}

// Regs are the registers of a held thread, or of another process that the Target holds: the
// child of a caught fork, the parent of a vfork.
func (e *Engine) Regs(tid int) (machine.Regs, error) {
	th := e.drive.Thread(tid)
	if th == nil {
		var r machine.Regs
		if e.target.Regs(tid, &r) != nil {
			return r, fmt.Errorf("no thread %d", tid)
		}
		return r, nil
	}
	err := e.drive.Load(th)
	return th.Regs, err
}

// SetRegs changes the registers of a held thread, or of the child of a caught fork.
func (e *Engine) SetRegs(tid int, r machine.Regs) error {
	th := e.drive.Thread(tid)
	if th == nil && tid != 0 && tid == e.Undecided() {
		return e.target.SetRegs(tid, &r)
	}
	if th == nil {
		return fmt.Errorf("no thread %d", tid)
	}
	if err := e.drive.Load(th); err != nil {
		return err
	}
	was := th.Regs.PC()
	if err := e.target.SetRegs(tid, &r); err != nil {
		return err
	}
	th.Fresh = false
	if r.PC() != was {
		th.Put, th.StoppedAt = r.PC(), 0
	}
	// The PC may now be a called function's return address ("return").
	_, err := e.callReturned(th)
	return errors.Join(err, e.drive.Load(th))
}

// WriteMemory writes the program's memory.
func (e *Engine) WriteMemory(a table.Addr, p []byte) (int, error) {
	e.sections.FlushCode()
	return e.target.WriteMemory(a, p)
}

// Frames unwinds at most max frames of a held thread, innermost first. It omits inlined calls
// that begin at the PC and are not entered yet.
func (e *Engine) Frames(tid, max int) ([]Frame, error) {
	th := e.drive.Thread(tid)
	if th == nil {
		return nil, fmt.Errorf("no thread %d", tid)
	}
	if err := e.drive.Load(th); err != nil {
		return nil, err
	}
	pc := th.Regs.PC()
	total, _ := e.symbols.Inlines(pc)
	hidden := total - e.steps.Depth(th)
	frames := e.called.Frames(th, max+hidden)
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
	Number int // 1, 2, … in the order in which the Engine first saw them
	TID    int
	Name   string
	PC     table.Addr
	Rseq   ThreadRseq
	Mode   rseq.Mode // of its registration; 0 when it has none
}

// Only makes these threads, and those that they create, the only ones that run in the next
// command (gdb's "set scheduler-locking on"), whatever that command waits for: a thread that
// waits for a held thread waits until the user interrupts. Pending events of the other threads
// stay unreported, and their PCs do not change; if one is inside a section in a quiet phase,
// the kernel restarts that section when the thread resumes. The selected thread also runs.
func (e *Engine) Only(tids ...int) { e.drive.Only(tids...) }
