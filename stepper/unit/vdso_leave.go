package unit

import (
	"encoding/binary"
	"errors"
	"fmt"

	"rseqstep/table"
)

// VDSOFrame is one activation of a vDSO function, seen from a place in it or
// in a helper that it called.
type VDSOFrame struct {
	Function VDSOFunction // the one that was called from outside of the vDSO
	Caller   Regs         // what its return leaves: rip, rsp and the callee-saved registers; the rest is of now
	Inner    table.Addr   // canonical frame address of the frame that the PC is in
}

// CFA is the function's canonical frame address: rsp after its return.
func (f *VDSOFrame) CFA() table.Addr { return table.Addr(f.Caller.W[RSP]) }

// maxVDSOFrames bounds how deep the vDSO's functions call each other; today it is 2.
const maxVDSOFrames = 8

// Leave finds the activation that a state in the vDSO belongs to. It is
// ErrNoFrame where the call frame information does not say.
// Precondition: r is the state of a held thread whose PC is in the vDSO.
func (v *VDSO) Leave(r *Regs, mem Memory) (VDSOFrame, error) {
	var f VDSOFrame
	state, pc := *r, r.PC()
	for depth := 0; depth < maxVDSOFrames; depth++ {
		caller, err := v.unwind(pc, &state, mem)
		if errors.Is(err, ErrNoFrame) && depth == 0 {
			caller, err = v.leaf(r, mem)
		}
		if err != nil {
			return VDSOFrame{}, err
		}
		if depth == 0 {
			f.Inner = table.Addr(caller.W[RSP])
		}
		if !v.Contains(caller.PC()) {
			function, ok := v.At(pc)
			if !ok {
				return VDSOFrame{}, fmt.Errorf("%w: %v is in no function that can be called from outside", ErrNoFrame, pc)
			}
			f.Function, f.Caller = function, caller
			return f, nil
		}
		// A return address may be the first of other code when the call never
		// returns: the call itself is looked up.
		state, pc = caller, caller.PC()-1
	}
	return VDSOFrame{}, fmt.Errorf("%w: more than %d frames in the vDSO", ErrNoFrame, maxVDSOFrames)
}

// leaf is unwind for a helper in assembly that has no call frame information:
// the ChaCha20 core of getrandom, which by its own comment does not touch the
// stack (arch/x86/entry/vdso/vgetrandom-chacha.S). What stands on the stack
// must be the return address of a call in the vDSO that leads before the PC.
func (v *VDSO) leaf(r *Regs, mem Memory) (Regs, error) {
	fail := fmt.Errorf("%w at %v", ErrNoFrame, r.PC())
	if _, named := v.At(r.PC()); named {
		return Regs{}, fail
	}
	value, ok := readUint(mem, table.Addr(r.W[RSP]), 8)
	ra := table.Addr(value)
	const callLen = 5 // e8 and a displacement of 4 bytes
	if !ok || !v.Contains(ra) || !v.Contains(ra-callLen) {
		return Regs{}, fail
	}
	var code [callLen]byte
	if n, _ := mem.ReadMemory(ra-callLen, code[:]); n < callLen || code[0] != 0xe8 {
		return Regs{}, fail
	}
	target := ra + table.Addr(int64(int32(binary.LittleEndian.Uint32(code[1:]))))
	if target > r.PC() || !v.Contains(target) {
		return Regs{}, fail
	}
	caller := *r
	caller.W[RIP], caller.W[RSP] = value, r.W[RSP]+8
	return caller, nil
}
