package machine

import (
	"errors"
	"fmt"

	"rseqstep/table"
)

// VDSOFrame is one activation of a vDSO function, seen from an address in it or
// in a helper that it called.
type VDSOFrame struct {
	Function VDSOFunction // the one that was called from outside the vDSO
	Caller   Regs         // the registers after its return: PC, SP and the callee-saved ones; the rest is current
	Inner    table.Addr   // canonical frame address of the innermost frame
}

// CFA is the function's canonical frame address: SP after its return.
func (f *VDSOFrame) CFA() table.Addr { return f.Caller.SP() }

// maxVDSOFrames bounds the call depth inside the vDSO; at present it is 2.
const maxVDSOFrames = 8

// Leave finds the activation that a state in the vDSO belongs to. Error:
// ErrNoFrame if the call frame information is missing. Precondition: r is the
// state of a stopped thread whose PC is in the vDSO.
func (v *VDSO) Leave(r *Regs, mem Memory) (VDSOFrame, error) {
	var f VDSOFrame
	state, pc := *r, r.PC()
	for depth := 0; depth < maxVDSOFrames; depth++ {
		caller, err := v.unwind(pc, &state, mem)
		if errors.Is(err, ErrNoFrame) && depth == 0 {
			if caller, err = v.leaf(r, mem); err != nil {
				caller, err = v.frameless(pc, r, mem)
			}
		}
		if err != nil {
			return VDSOFrame{}, err
		}
		if depth == 0 {
			f.Inner = caller.SP()
		}
		if !v.Contains(caller.PC()) {
			function, ok := v.At(pc)
			if !ok {
				return VDSOFrame{}, fmt.Errorf("%w: %v is in no function that can be called from outside", ErrNoFrame, pc)
			}
			f.Function, f.Caller = function, caller
			return f, nil
		}
		// A return address may be the first of other code if the call never
		// returns: look up the call itself.
		state, pc = caller, caller.PC()
		pc--
	}
	return VDSOFrame{}, fmt.Errorf("%w: more than %d frames in the vDSO", ErrNoFrame, maxVDSOFrames)
}

// leaf is unwind for a helper in assembly that has no call frame information: the
// ChaCha20 core of getrandom, which by its own comment does not touch the stack
// (arch/x86/entry/vdso/vgetrandom-chacha.S). Its return address as a leaf must follow a
// call in the vDSO whose target is before the PC.
func (v *VDSO) leaf(r *Regs, mem Memory) (Regs, error) {
	fail := fmt.Errorf("%w at %v", ErrNoFrame, r.PC())
	if _, named := v.At(r.PC()); named {
		return Regs{}, fail
	}
	ra, ok := r.ReturnAddress(mem)
	call := ra - r.arch.CallLen
	if !ok || !v.Contains(ra) || !v.Contains(call) {
		return Regs{}, fail
	}
	code := make([]byte, r.arch.CallLen)
	if n, _ := mem.ReadMemory(call, code); n < len(code) {
		return Regs{}, fail
	}
	i, err := r.arch.Decode(call, code)
	if err != nil || i.Kind != Call || i.Next() != ra || i.Target > r.PC() || !v.Contains(i.Target) {
		return Regs{}, fail
	}
	caller := *r
	caller.SetPC(ra)
	caller.SetSP(r.EntryCFA())
	return caller, nil
}
