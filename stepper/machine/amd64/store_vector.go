package amd64

import "rseqstep/stepper/machine"

// vectorStore finds the store of a VEX or EVEX instruction. No XOP instruction
// writes memory.
func (d *decoder) vectorStore(s *machine.Store) {
	if d.encoding == xop {
		return
	}
	if d.encoding == vex && d.opmap == map0F && d.opcode == 0xf7 { // vmaskmovdqu
		s.Mem = machine.Mem{Base: RDI, Scale: 1, Segment: d.segment, Short: d.short}
		s.Size = 16
		return
	}
	if !d.inMemory() {
		return
	}
	size, element := 0, 0
	switch d.opmap {
	case map0F:
		size = d.vector0F()
	case map0F38:
		size, element = d.vector0F38(s)
	case map0F3A:
		size = d.vector0F3A()
	case mapEVEX5:
		// vmovsh; vmovw (AVX512-FP16)
		if d.opcode == 0x11 && d.pp == 2 || d.opcode == 0x7e && d.pp == 1 {
			size = 2
		}
	}
	if size == 0 {
		return
	}
	if element == 0 {
		element = size
	}
	vector := s.Vector
	d.unknown(s, size)
	s.Vector = vector
	if d.encoding == evex && d.disp8 {
		// EVEX scales an 8-bit displacement by the size of the moved element
		// (Intel SDM volume 2, 2.7.5).
		s.Disp *= int64(element)
	}
}

// vectorSize is the vector length in bytes.
func (d *decoder) vectorSize() int { return 16 << d.length }

// word is 8 with W, else 4.
func (d *decoder) word() int {
	if d.wide() {
		return 8
	}
	return 4
}

// vector0F is the number of bytes that an instruction of map 1 writes.
func (d *decoder) vector0F() int {
	v := d.vectorSize()
	// Columns are pp: none, 66, F3, F2.
	var sizes [4]int
	switch d.opcode {
	case 0x11:
		sizes = [4]int{v, v, 4, 8}
	case 0x13, 0x17:
		sizes = [4]int{8, 8, 0, 0}
	case 0x29, 0x2b:
		sizes = [4]int{v, v, 0, 0}
	case 0x7e:
		sizes = [4]int{0, d.word(), 0, 0}
	case 0x7f:
		sizes = [4]int{0, v, v, 0}
		if d.encoding == evex { // vmovdqu8, vmovdqu16
			sizes[3] = v
		}
	case 0xd6:
		sizes = [4]int{0, 8, 0, 0}
	case 0xe7:
		sizes = [4]int{0, v, 0, 0}
	case 0x91: // kmov: w, b, or q, d with W
		if d.encoding == vex {
			sizes = [4]int{2, 1, 0, 0}
			if d.wide() {
				sizes = [4]int{8, 4, 0, 0}
			}
		}
	case 0xae: // vstmxcsr
		if d.encoding == vex && d.modReg() == 3 {
			sizes = [4]int{4, 0, 0, 0}
		}
	}
	return sizes[d.pp]
}

// vector0F38 is the number of bytes that an instruction of map 2 writes, and
// the unit of an 8-bit displacement if it differs (0: it is the same).
func (d *decoder) vector0F38(s *machine.Store) (size, element int) {
	v, op := d.vectorSize(), d.opcode
	if d.encoding == vex {
		switch {
		case op == 0x2e, op == 0x2f, op == 0x8e: // vmaskmovps, vmaskmovpd, vpmaskmov
			if d.pp == 1 {
				return v, 0
			}
		case op == 0x49 && d.pp == 1 && d.modReg() == 0: // sttilecfg
			return 64, 0
		case op == 0x4b && d.pp == 2: // tilestored: up to 16 rows, spaced by the index
			s.Vector = true
			return 64, 0
		case op >= 0xe0 && op <= 0xef && d.pp == 1: // cmpccxadd
			return d.word(), 0
		}
		return 0, 0
	}
	switch {
	case d.pp == 2 && op&0x0f <= 5 && op >= 0x10 && op <= 0x35:
		// vpmovus, vpmovs, vpmov with narrowing: wb, db, qb, dw, qw, qd.
		return v / [...]int{2, 4, 8, 2, 4, 2}[op&7], 0
	case d.pp != 1:
		return 0, 0
	case op == 0x63: // vpcompressb, vpcompressw
		if d.wide() {
			return v, 2
		}
		return v, 1
	case op == 0x8a, op == 0x8b: // vcompressps, vcompresspd, vpcompressd, vpcompressq
		return v, d.word()
	case op >= 0xa0 && op <= 0xa3: // scatters
		s.Vector = true
		return d.word(), 0
	}
	return 0, 0
}

// vector0F3A is the number of bytes that an instruction of map 3 writes.
func (d *decoder) vector0F3A() int {
	if d.pp != 1 {
		return 0
	}
	switch d.opcode {
	case 0x14, 0x15, 0x16, 0x17:
		return d.extract()
	case 0x19, 0x39: // vextractf128, vextracti128 and similar
		return 16
	case 0x1b, 0x3b: // vextractf32x8, vextractf64x4, …
		if d.encoding == evex {
			return 32
		}
	case 0x1d: // vcvtps2ph
		return d.vectorSize() / 2
	}
	return 0
}
