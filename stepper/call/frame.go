package call

import (
	"slices"

	"rseqstep/stepper/ledger"
	"rseqstep/stepper/machine"
	"rseqstep/stepper/source"
	"rseqstep/table"
)

// Frame is a call that the user has made and that has not returned, with the thread's state before
// it.
type Frame struct {
	back table.Addr   // the return address, where a trap of ours is set
	trap ledger.Owner // of that trap
	sp   table.Addr   // the stack pointer after the function has returned to back

	regs    machine.Regs
	area    []byte // the XSAVE area
	signal  int    // not delivered yet
	siginfo []byte // its siginfo_t
	mask    uint64 // blocked signals
	view    source.View
}

// CFA is the canonical frame address of the called function: the stack pointer after its return.
func (f *Frame) CFA() table.Addr { return f.sp }

// at reports whether these are the registers of a thread whose function has returned.
func (f *Frame) at(r *machine.Regs) bool { return r.PC() == f.back && r.SP() == f.sp }

// returnsTo reports whether a frame of a stack is where the function returns to.
func (f *Frame) returnsTo(g source.Frame) bool { return g.PC == f.back && g.Regs.SP() == f.sp }

// frames are a thread's calls, innermost last: a breakpoint in a called function may stop the
// thread, and the user may call another one there.
type frames []*Frame

// returned is the call that has returned to these registers, nil for none. It is not the innermost
// one if those inside it never returned (longjmp).
func (list frames) returned(r *machine.Regs) *Frame {
	for _, f := range slices.Backward(list) {
		if f.at(r) {
			return f
		}
	}
	return nil
}

// Symbols is the part of source.Symbols that the frames need.
type Symbols interface {
	Frames(r *machine.Regs, mem machine.Memory, max int) []source.Frame
	Inlines(pc table.Addr) (depth, entering int)
}

// unwind is Symbols.Frames from r that continues, beyond each call, with the frames in which the
// user made it.
func (list frames) unwind(symbols Symbols, mem machine.Memory, r *machine.Regs, max int) []source.Frame {
	var all []source.Frame
	for i := len(list) - 1; i >= 0 && len(all) < max; i-- {
		call, met := list[i], false
		for _, f := range symbols.Frames(r, mem, max-len(all)) {
			if met = call.returnsTo(f); met {
				all = append(all, source.Frame{PC: f.PC, CFA: call.sp, Regs: f.Regs, Function: Function, Called: true})
				break
			}
			all = append(all, f)
		}
		if !met {
			return all // truncated
		}
		r = &call.regs
	}
	if len(all) >= max {
		return all
	}
	rest := symbols.Frames(r, mem, max-len(all))
	if len(all) > 0 && len(rest) > 0 {
		total, _ := symbols.Inlines(rest[0].PC)
		if v := list[0].view; v.PC == rest[0].PC && v.Depth < total {
			rest = rest[min(total-v.Depth, len(rest)-1):]
		}
	}
	return append(all, rest...)
}

// Function is the function of the frame that represents a call made by the user.
const Function = "<function called from gdb>"
