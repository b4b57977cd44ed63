package call

import (
	"encoding/binary"
	"errors"
	"fmt"
	"io"

	"rseqstep/stepper/drive"
	"rseqstep/stepper/ledger"
	"rseqstep/stepper/machine"
	"rseqstep/stepper/tracee"
)

// Enter saves a thread's state and sets its PC to the function's first instruction. It inserts
// the trap at the return address first: while that trap is set, the program dies with the debugger
// (tracee.Changes.ExitKill).
// Precondition: Possible; every thread is held.
func (c *Calls) Enter(th *drive.Thread, call Call) (f *Frame, err error) {
	if t, ok := c.target.(tracee.CallingTarget); ok {
		if err := t.Settle(th.TID); err != nil {
			return nil, err
		}
		th.Fresh = false
	}
	if f, err = c.save(th); err != nil {
		return nil, err
	}
	if f.back, err = returnAddress(c.target, c.code); err != nil {
		return nil, err
	}
	f.sp = call.SP + c.target.Arch().ReturnSlot
	r := th.Regs
	r.EnterFunction(call.Function, call.SP, call.Integers[:], call.VectorsUsed)
	r.SetResultAddress(call.ResultAt)
	memory := call.Memory
	if !r.SetReturnAddress(f.back) {
		memory = append(memory[:len(memory):len(memory)], Memory{call.SP, binary.LittleEndian.AppendUint64(nil, uint64(f.back))})
	}
	for _, m := range memory {
		if n, err := c.target.WriteMemory(m.Addr, m.Data); n < len(m.Data) {
			return nil, fmt.Errorf("the stack of thread %d cannot be written at %v: %w", th.TID, m.Addr, errors.Join(err, io.ErrShortWrite))
		}
	}
	f.trap = c.book.Fresh(ledger.Returned)
	if err := c.book.Plant(f.back, f.trap); err != nil {
		return nil, err
	}
	if err := c.begin(th, f, &r, call.Vectors[:call.VectorsUsed]); err != nil {
		return nil, errors.Join(err, c.book.Unplant(f.back, f.trap))
	}
	th.Signal, th.StoppedAt, th.Fresh = 0, 0, false
	c.of[th] = append(c.of[th], f)
	return f, nil
}

// begin moves a thread, whose state f has, to the first instruction of a function. If it fails, it
// restores the thread.
func (c *Calls) begin(th *drive.Thread, f *Frame, r *machine.Regs, vectors [][16]byte) error {
	area := append([]byte(nil), f.area...)
	c.target.Arch().EnterFunction(area, vectors)
	if err := c.target.SetXState(th.TID, area); err != nil {
		return err
	}
	if err := c.target.SetRegs(th.TID, r); err != nil {
		return errors.Join(err, c.target.SetXState(th.TID, f.area))
	}
	if f.signal == 0 {
		return nil
	}
	if err := c.target.DropSignal(th.TID); err != nil {
		return errors.Join(err, c.target.SetRegs(th.TID, &f.regs), c.target.SetXState(th.TID, f.area))
	}
	return nil
}

// save reads the state of a thread that a call will change.
func (c *Calls) save(th *drive.Thread) (f *Frame, err error) {
	if err := c.threads.Load(th); err != nil {
		return nil, err
	}
	f = &Frame{regs: th.Regs, signal: th.Signal, view: th.View}
	if f.area, err = c.target.XState(th.TID); err != nil {
		return nil, err
	}
	if f.mask, err = c.target.SignalMask(th.TID); err != nil {
		return nil, err
	}
	if f.signal != 0 {
		f.siginfo, _ = c.target.Siginfo(th.TID) // none if the user has set the signal
	}
	return f, nil
}
