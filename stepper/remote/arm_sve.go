package remote

import (
	"encoding/binary"
	"fmt"
	"strings"
)

// Where SVE's part is in a thread's area: NT_ARM_SVE (struct user_sve_header,
// arch/arm64/include/uapi/asm/ptrace.h) after NT_PRFPREG, bytes. Without registers, it is a header alone.
const (
	sveAt        = armControl + 4 + 8 // two words are reserved
	sveSize      = sveAt              // 32 bits: the size of this part
	sveLength    = sveAt + 8          // 16 bits: of a vector register
	sveFlags     = sveAt + 12         // 16 bits; bit 0: there are registers
	sveRegisters = sveAt + 16         // z0 to z31, then p0 to p15 and ffr, fpsr and fpcr
	preds        = 17
)

// vectorLength is the size of z0 to z31, bytes; 0 for a processor without them.
func vectorLength(area []byte) int {
	if len(area) < sveRegisters {
		return 0
	}
	return int(binary.LittleEndian.Uint16(area[sveLength:]))
}

// scalable are z0 to z31. Their first bytes are v0 to v31.
func scalable(length int) (regs []register) {
	for n := range vectorCount {
		r := register{name: fmt.Sprintf("z%d", n), size: length, typ: "svev", place: inSVE,
			pieces: []piece{{at: n * vectorSize, size: vectorSize}}}
		if length > vectorSize {
			r.pieces = append(r.pieces, piece{at: sveRegisters + n*length + vectorSize, size: length - vectorSize})
		}
		regs = append(regs, r)
	}
	return regs
}

// predicates are p0 to p15 and ffr, a bit for each byte of a vector.
func predicates(length int) (regs []register) {
	for n := range preds {
		name := fmt.Sprintf("p%d", n)
		if n == preds-1 {
			name = "ffr"
		}
		regs = append(regs, register{name: name, size: length / 8, typ: "svep", place: inSVE,
			pieces: []piece{{at: sveRegisters + vectorCount*length + n*length/8, size: length / 8}}})
	}
	return regs
}

// granules is the vector length in units of 8 bytes.
func granules() register {
	return register{name: "vg", size: 8, typ: "int", place: inLength, fixed: true}
}

// readSVE reads a register. What a thread that does not use SVE lacks is 0.
func (f *regfile) readSVE(r *register, out []byte) {
	for _, p := range r.pieces {
		if p.at+p.size <= len(f.area) {
			copy(out[:p.size], f.area[p.at:])
		}
		out = out[p.size:]
	}
}

// writeSVE changes one, and makes the thread use SVE if it must.
func (f *regfile) writeSVE(r *register, in []byte) {
	for _, p := range r.pieces {
		if p.at+p.size > len(f.area) && strings.Trim(string(in[:p.size]), "\x00") != "" {
			f.area = usingSVE(f.area)
		}
		if p.at+p.size <= len(f.area) {
			copy(f.area[p.at:][:p.size], in)
		}
		in = in[p.size:]
	}
}

// usingSVE is the area of a thread that uses SVE, with the registers of one that does not.
func usingSVE(area []byte) []byte {
	length := vectorLength(area)
	status := (sveRegisters - sveAt + vectorCount*length + preds*length/8 + 15) &^ 15 // the kernel's SVE_PT_SVE_FPSR_OFFSET
	size := status + 16                                                               // fpsr and fpcr, aligned
	out := make([]byte, sveAt+size)
	copy(out, area[:sveRegisters])
	binary.LittleEndian.PutUint32(out[sveSize:], uint32(size))
	binary.LittleEndian.PutUint16(out[sveFlags:], binary.LittleEndian.Uint16(area[sveFlags:])|1)
	return out
}
