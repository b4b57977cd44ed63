package remote

import (
	"fmt"

	"rseqstep/stepper/machine"
	"rseqstep/stepper/ptrace"
)

// delve implements layout: the registers that Delve's own backend shows, but for the x87's control,
// status and tag words. It reads every one of them by a packet of its own after each instruction
// step (delve_row.go).
func (x x86) delve(_ *machine.Regs, area []byte) []register {
	xcr0 := components(area)
	gdbs := x.core()
	regs := gdbs[:endNumbered:endNumbered]                    // up to eflags: segment selectors say nothing in a 64-bit program
	regs = append(regs, gdbs[endSelectors:endSelectors+8]...) // st0 to st7
	regs = append(regs, users(x.Arch, x.Shown[endSelectors:endSegments], 8, "int")...)
	regs = append(regs, register{name: "mxcsr", size: 4, kept: 4, typ: "int", place: inXSave, at: 24, bit: stateSSE})
	// Delve has one register, XMM, of whatever width there is.
	name := "xmm%d"
	avx, avxSize := ptrace.XSaveComponent(stateAVX)
	zmm, zmmSize := ptrace.XSaveComponent(stateZMM)
	wide := avxSize > 0 && xcr0>>stateAVX&1 == 1
	widest := wide && zmmSize > 0 && xcr0>>stateZMM&1 == 1
	for n := range 16 {
		r := register{typ: "vec128", group: "vector", place: inPieces, pieces: []piece{{160 + 16*n, 16, stateSSE}}}
		if wide {
			name = "ymm%d"
			r.pieces = append(r.pieces, piece{avx + 16*n, 16, stateAVX})
		}
		if widest {
			name = "zmm%d"
			r.pieces = append(r.pieces, piece{zmm + 32*n, 32, stateZMM})
		}
		for _, p := range r.pieces {
			r.size += p.size
		}
		r.name = fmt.Sprintf(name, n)
		regs = append(regs, r)
	}
	return regs
}
