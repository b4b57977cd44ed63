package stepper

import (
	"encoding/binary"
	"errors"
	"fmt"
	"io"

	"rseqstep/stepper/ledger"
	"rseqstep/stepper/machine"
	"rseqstep/stepper/tracee"
	"rseqstep/table"
)

// called is a call of a function that the user has made and that has not returned, with the
// thread's state before it.
type called struct {
	back table.Addr // the return address, where a trap of ours is set
	trap ledger.Owner
	sp   table.Addr // RSP after the function has returned to back

	regs    machine.Regs
	area    []byte // the XSAVE area
	signal  int    // not delivered yet
	siginfo []byte // its siginfo_t
	mask    uint64 // blocked signals
	shownAt table.Addr
	shown   int
}

// enterCall saves the thread's state and sets its PC to the function's first instruction. It
// inserts the trap first: while that trap is set, the program dies with the debugger
// (tracee.Changes.ExitKill).
func (e *Engine) enterCall(th *thread, c Call) (d *called, err error) {
	if t, ok := e.target.(tracee.CallingTarget); ok {
		if err := t.Settle(th.TID); err != nil {
			return nil, err
		}
		th.Fresh = false
	}
	if err := e.load(th); err != nil {
		return nil, err
	}
	d = &called{sp: c.SP + e.target.Arch().ReturnSlot, regs: th.Regs, signal: th.Signal, shownAt: th.shownAt, shown: th.shown}
	if d.area, err = e.target.XState(th.TID); err != nil {
		return nil, err
	}
	if d.mask, err = e.target.SignalMask(th.TID); err != nil {
		return nil, err
	}
	if d.signal != 0 {
		d.siginfo, _ = e.target.Siginfo(th.TID) // none if the user has set the signal
	}
	if d.back, err = e.returnAddress(); err != nil {
		return nil, err
	}
	for _, m := range append(c.Memory, CallMemory{c.SP, binary.LittleEndian.AppendUint64(nil, uint64(d.back))}) {
		if n, err := e.target.WriteMemory(m.Addr, m.Data); n < len(m.Data) {
			return nil, fmt.Errorf("the stack of thread %d cannot be written at %v: %w", th.TID, m.Addr, errors.Join(err, io.ErrShortWrite))
		}
	}
	d.trap = e.book.Fresh(ledger.Returned)
	if err := e.book.Plant(d.back, d.trap); err != nil {
		return nil, err
	}
	defer func() {
		if err != nil {
			err = errors.Join(err, e.book.Unplant(d.back, d.trap))
		}
	}()
	area := append([]byte(nil), d.area...)
	setVectors(area, &c)
	r := th.Regs
	r.EnterFunction(c.Function, c.SP, c.Integers, c.VectorsUsed)
	if err := e.target.SetXState(th.TID, area); err != nil {
		return nil, err
	}
	if err := e.target.SetRegs(th.TID, &r); err != nil {
		return nil, errors.Join(err, e.target.SetXState(th.TID, d.area))
	}
	if d.signal != 0 {
		err = e.target.DropSignal(th.TID)
	}
	th.Signal, th.StoppedAt, th.Fresh = 0, 0, false
	th.called = append(th.called, d)
	return d, err
}

// restore restores a thread to its state before a call, and forgets that call and those inside
// it. midway: the function has not returned.
func (e *Engine) restore(th *thread, d *called, midway bool) error {
	r := d.regs
	if midway {
		// A pending signal-delivery-stop belongs to the function, and the mask may, too.
		if err := errors.Join(e.target.DropSignal(th.TID), e.target.SetSignalMask(th.TID, d.mask)); err != nil {
			return err
		}
		r.Restart() // the thread may be stopped in another system call, where the kernel cannot learn of this one (ptrace.SetRegs)
	}
	if err := e.target.SetXState(th.TID, d.area); err != nil {
		return err
	}
	if err := e.target.SetRegs(th.TID, &r); err != nil {
		return err
	}
	th.Signal, th.shownAt, th.shown = d.signal, d.shownAt, d.shown
	th.StoppedAt, th.Fresh = 0, false
	e.dropCall(th, d)
	if t, ok := e.target.(tracee.CallingTarget); ok && d.signal != 0 && d.siginfo != nil {
		if err := t.RestoreSignal(th.TID, d.signal, d.siginfo); err != nil {
			return err
		}
	}
	return e.load(th)
}

// Offsets in the XSAVE area, bytes (Intel SDM volume 1, 10.5.1 and 13.4): FSW, the abridged
// FTW, XSTATE_BV; then bits.
const (
	areaFSW, areaFTW = 2, 4
	areaBV           = 512
	areaSSE          = 1 << 1 // of XSTATE_BV
	fswTop           = 7 << 11
)

// setVectors writes arguments into XMM0 to XMM7 and empties the x87 stack, as functions expect
// it (psABI 3.2.1).
func setVectors(area []byte, c *Call) {
	if len(area) < areaBV {
		return
	}
	fsw := binary.LittleEndian.Uint16(area[areaFSW:])
	binary.LittleEndian.PutUint16(area[areaFSW:], fsw&^fswTop)
	area[areaFTW] = 0
	for i := range c.VectorsUsed {
		copy(area[xmm0+16*i:], c.Vectors[i][:])
	}
	if c.VectorsUsed > 0 && len(area) >= areaBV+8 {
		binary.LittleEndian.PutUint64(area[areaBV:], binary.LittleEndian.Uint64(area[areaBV:])|areaSSE)
	}
}
