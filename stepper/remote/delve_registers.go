package remote

import (
	"fmt"

	"rseqstep/stepper/machine"
	"rseqstep/stepper/ptrace"
)

// piece is a part of a register that is stored in several places.
type piece struct {
	at, size int // in the XSAVE area, bytes
	bit      int // state component
}

// delveRegisters are the registers that Delve is shown: those that its own
// backend shows, but for the x87's control, status and tag words. It reads every
// one of them by a packet of its own after each instruction step (delve_row.go).
func delveRegisters(a *machine.Arch, xcr0 uint64) []register {
	gdbs := core(a)
	regs := gdbs[:endNumbered:endNumbered]                    // up to eflags: segment selectors say nothing in a 64-bit program
	regs = append(regs, gdbs[endSelectors:endSelectors+8]...) // st0 to st7
	regs = append(regs, users(a, a.Shown[endSelectors:endSegments], 8, "int")...)
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

// readPieces assembles a register.
func (f *regfile) readPieces(r *register, out []byte) error {
	for _, p := range r.pieces {
		if p.at+p.size > len(f.area) {
			return fmt.Errorf("the XSAVE area has no %s", r.name)
		}
		copy(out[:p.size], f.area[p.at:])
		out = out[p.size:]
	}
	return nil
}

// writePieces stores the pieces of a register.
func (f *regfile) writePieces(r *register, in []byte) error {
	for _, p := range r.pieces {
		if p.at+p.size > len(f.area) {
			return fmt.Errorf("the XSAVE area has no %s", r.name)
		}
		copy(f.area[p.at:p.at+p.size], in)
		in = in[p.size:]
		f.use(p.bit)
	}
	return nil
}
