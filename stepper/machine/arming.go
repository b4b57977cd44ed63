package machine

import (
	"errors"

	"rseqstep/table"
)

// FindArming finds the arming store of a section in the code before its start:
// the last store of 8 bytes whose value is the descriptor's address, if the
// code shows it (lea or mov into a register, then mov to memory); else such a
// store among the first instructions of the section itself (one that begins
// with its arming store); else the last store of a whole general register in
// the two instructions before Start. It is a guess, for display and for placing
// breakpoints; Insn.Arms decides whether an instruction arms.
//
// code is the bytes from address from up to p.Start or somewhat beyond it. from should be
// the start of an instruction, preferably that of the enclosing function; if it is not,
// or if the code contains data that is not in data, decoding starts again further on
// until it is in step with Start. data is sorted.
func FindArming(a *Arch, p *table.Placed, from table.Addr, code []byte, data ...Range) (table.Addr, bool) {
	before := uint64(p.Start - from)
	if before > uint64(len(code)) {
		return 0, false
	}
	insns := decodeUpTo(a, from, code[:before], data)
	var have Constants
	stores := func(i *Insn) bool {
		s := &i.Store
		value, known := have.Value(s.Reg)
		arms := s.Size == fieldSize && i.Kind == Plain &&
			(s.Source == SourceImm && table.Addr(s.Imm) == p.Descriptor || s.Source == SourceReg && known && table.Addr(value) == p.Descriptor)
		have.Pass(a, i)
		return arms
	}
	found, near, ok := table.Addr(0), table.Addr(0), false
	for n := range insns {
		i := &insns[n]
		if s := &i.Store; s.Size == fieldSize && i.Kind == Plain && s.Source == SourceReg && n >= len(insns)-2 && s.Base != a.SP {
			near = i.Addr
		}
		if stores(i) {
			found, ok = i.Addr, true
		}
	}
	if ok {
		return found, true
	}
	rest := code[before:]
	for pc, n := p.Start, 0; n < maxArmingInside && p.Contains(pc) && uint64(pc-p.Start) < uint64(len(rest)); n++ {
		i, err := a.Decode(pc, rest[pc-p.Start:])
		if err != nil || i.Kind != Plain {
			break
		}
		if stores(&i) {
			return i.Addr, true
		}
		pc = i.Next()
	}
	return near, near != 0
}

// maxArmingInside is how many instructions of a section are searched for its own arming
// store: some sections begin with it, or with the load of its value.
const maxArmingInside = 4

// resync is how far before a section's start the search begins for a run of instructions
// in step with it, bytes. Arming stores are a few instructions before it.
const resync = 512

// decodeUpTo decodes code, which begins at addr, so that the last instruction ends where code does.
// It skips data, and drops everything before bytes that do not decode. It restarts a run that is
// out of step one byte further on, but only near the end: thousands of restarts over thousands of
// bytes took half a second (found by fuzzing).
func decodeUpTo(a *Arch, addr table.Addr, code []byte, data []Range) []Insn {
	var insns []Insn
	for offset := 0; offset < len(code); {
		pc := addr + table.Addr(offset)
		for len(data) > 0 && data[0].High <= pc {
			data = data[1:]
		}
		if len(data) > 0 && data[0].Low <= pc {
			offset += int(data[0].High - pc)
			continue
		}
		i, err := a.Decode(pc, code[offset:])
		if err == nil && (len(data) == 0 || i.Next() <= data[0].Low) {
			insns = append(insns, i)
			offset += int(i.Len)
			continue
		}
		// The last instruction would extend past Start: the run was out of step
		// from its beginning.
		if errors.Is(err, ErrTruncated) && len(insns) > 0 {
			offset = max(int(insns[0].Addr-addr), len(code)-resync)
		}
		insns = insns[:0]
		offset++
	}
	return insns
}
