package arm64

// How vectorMove moves.
const (
	fromGeneral     = iota // to the low size bytes of a vector; the others become 0
	fromGeneralInto        // to element number to, the others stay
	fromGeneralAll         // to all elements of width bytes
	toGeneral              // element number to of size bytes
	fromVector             // the low size bytes; the others become 0
)

// vector decodes moves of vector registers, and bitwise operations.
func (o *operation) vector(w word) {
	switch {
	case w.bits(30, 24) == 0b0011110 && w.bit(21) == 1 && w.bits(15, 10) == 0:
		o.floatMove(w)
	case w.bits(31, 24) == 0b00011110 && w.bits(23, 22) < 2 && w.bits(21, 10) == 0b100000010000: // fmov
		o.move(w, fromVector, 4<<w.bit(22))
	case w.bit(31) == 0 && w.bits(28, 24) == 0b01110 && w.bits(21, 21) == 1 && w.bits(15, 10) == 0b000111:
		o.vectors(w, vectorLogic)
		o.how = w.bit(29)<<2 | w.bits(23, 22)
	case w.bit(31) == 0 && w.bits(28, 19) == 0b0111100000 && w.bits(11, 10) == 1:
		o.fill(w)
	case w.bit(31) == 0 && w.bits(29, 21) == 0b001110000 && w.bit(15) == 0 && w.bit(10) == 1:
		o.copies(w)
	}
}

// vectors are the vector registers of an operation of 8 or 16 bytes.
func (o *operation) vectors(w word, k kind) {
	o.kind, o.vecs, o.width = k, []uint32{w.bits(4, 0), w.bits(9, 5), w.bits(20, 16)}, 8<<w.bit(30)
}

func (o *operation) move(w word, how uint32, size int) {
	o.vectors(w, vectorMove)
	o.how, o.size, o.rn, o.rd = how, size, w.rn(), w.rd()
}

// floatMove is fmov between a general register and a vector register.
func (o *operation) floatMove(w word) {
	size := 4 << w.bit(31)
	into := w.bit(16) == 1
	switch {
	case w.bits(18, 17) != 3:
	case w.bits(20, 19) == 0 && w.bits(23, 22) == w.bit(31): // s, d
		if into {
			o.move(w, fromGeneral, size)
		} else {
			o.move(w, toGeneral, size)
		}
	case w.bits(20, 19) == 1 && w.bits(23, 22) == 2 && w.bit(31) == 1: // the upper half
		if o.move(w, toGeneral, 8); into {
			o.how = fromGeneralInto
		}
		o.to = 1
	}
}

// copies are dup and ins of a general register, and umov.
func (o *operation) copies(w word) {
	element := w.bits(20, 16)
	size := int(element & -element)
	if size == 0 || size > 8 {
		return
	}
	whole := w.bit(30) == 1
	switch op := w.bits(14, 11); {
	case op == 1 && (whole || size < 8):
		o.move(w, fromGeneralAll, size)
		return
	case op == 3 && whole:
		o.move(w, fromGeneralInto, size)
	case op == 7 && whole == (size == 8):
		o.move(w, toGeneral, size)
	default:
		return
	}
	o.to = uint(element) / uint(2*size)
}

// fill is movi and mvni: a constant in each element (Arm ARM, AdvSIMDExpandImm).
func (o *operation) fill(w word) {
	imm, invert := uint64(w.bits(18, 16)<<5|w.bits(9, 5)), w.bit(29) == 1
	switch mode := w.bits(15, 12); {
	case mode == 14 && invert: // each bit is a byte
		for n := range 8 {
			if imm>>n&1 == 1 {
				o.imm |= 0xff << (8 * n)
			}
		}
		invert = false
	case mode == 14:
		o.imm = imm * 0x0101010101010101
	case mode < 8 && mode&1 == 0:
		o.imm = imm << (8 * (mode >> 1)) * 0x100000001
	case mode < 12 && mode&1 == 0:
		o.imm = imm << (8 * (mode >> 1 & 1)) * 0x1000100010001
	default:
		return
	}
	if invert {
		o.imm = ^o.imm
	}
	o.vectors(w, vectorFill)
}
