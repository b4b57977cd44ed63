package unit

import (
	"errors"

	"rseqstep/table"
)

// FindArming finds the arming store of a section in the code before its
// start: the last store of 8 bytes whose value is the descriptor's address,
// as far as the code shows it (lea or mov into a register, then mov to
// memory); else such a store among the first instructions of the section itself
// (one that begins with its arming store); else the last store of a whole
// general register in the two instructions before Start. It is a guess, for
// display and for placing breakpoints; whether an instruction arms is for
// Insn.Arms to say.
//
// code is the bytes from from on, up to p.Start or some way behind it. from should
// begin an instruction, best that of the enclosing function; where it does not, or
// data lies between that is not in data, decoding starts over further on until
// it meets Start. data is sorted.
func FindArming(p *table.Placed, from table.Addr, code []byte, data ...Range) (table.Addr, bool) {
	before := uint64(p.Start - from)
	if before > uint64(len(code)) {
		return 0, false
	}
	insns := decodeUpTo(from, code[:before], data)
	holds := RegSet(0) // registers that hold the descriptor's address
	stores := func(i *Insn) bool {
		s := &i.Store
		arms := s.Size == fieldSize && i.Kind == Plain &&
			(s.Source == SourceImm && table.Addr(s.Imm) == p.Descriptor || s.Source == SourceReg && holds&SetOf(s.Reg) != 0)
		holds &^= i.writes
		if to, value, known := i.constant(); known && table.Addr(value) == p.Descriptor {
			holds |= SetOf(to)
		}
		return arms
	}
	found, near, ok := table.Addr(0), table.Addr(0), false
	for n := range insns {
		i := &insns[n]
		if s := &i.Store; s.Size == fieldSize && i.Kind == Plain && s.Source == SourceReg && n >= len(insns)-2 && s.Base != RSP {
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
		i, err := Decode(pc, rest[pc-p.Start:])
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

// maxArmingInside is how many instructions of a section are looked at for its own
// arming store: there are sections that begin with it, or with the load of its value.
const maxArmingInside = 4

// resync is how far before a section's start a run of instructions is looked for
// that meets it, bytes. Arming stores are a few instructions before it.
const resync = 512

// decodeUpTo decodes code, which begins at addr, so that the last instruction
// ends where code does. Data is passed over. What comes before bytes that do not decode is left out.
// A run that is out of step is begun again a byte further on, but near the end only:
// thousands of bytes, thousands of times over, took half a second (found by
// fuzzing).
func decodeUpTo(addr table.Addr, code []byte, data []Range) []Insn {
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
		i, err := Decode(pc, code[offset:])
		if err == nil && (len(data) == 0 || i.Next() <= data[0].Low) {
			insns = append(insns, i)
			offset += int(i.Len)
			continue
		}
		// The last instruction would run past Start: the run was out of step
		// from its beginning.
		if errors.Is(err, ErrTruncated) && len(insns) > 0 {
			offset = max(int(insns[0].Addr-addr), len(code)-resync)
		}
		insns = insns[:0]
		offset++
	}
	return insns
}

// constant is the general register an instruction loads with a value that is
// in its code: lea of a PC-relative address, or mov of an immediate.
func (i *Insn) constant() (to Reg, value uint64, ok bool) {
	d := decoder{code: i.Bytes(), addr: i.Addr}
	var again Insn
	if d.decode(&again) != nil || d.encoding != legacy || d.opmap != mapOne {
		return NoReg, 0, false
	}
	switch op := d.opcode; {
	case op == 0x8d && d.mem.PCRelative && d.wide():
		return General(d.regField()), uint64(d.mem.Disp), true
	case op >= 0xb8 && op <= 0xbf && !d.data16:
		value = uint64(d.imm)
		if !d.wide() {
			value = uint64(uint32(d.imm))
		}
		return General(op&7 | d.rex&rexB<<3), value, true
	case op == 0xc7 && d.modrm == 0xc0|d.modrm&7 && d.wide():
		return General(d.modrm&7 | d.rex&rexB<<3), uint64(d.imm), true
	}
	return NoReg, 0, false
}
