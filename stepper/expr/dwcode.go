package expr

import "encoding/binary"

// The operations of DWARF expressions that this package evaluates
// (DWARF 5, table 7.9; the GNU ones from GCC's include/dwarf2.def).
const (
	opAddr             = 0x03
	opDeref            = 0x06
	opConst1u          = 0x08
	opConst1s          = 0x09
	opConst2u          = 0x0a
	opConst2s          = 0x0b
	opConst4u          = 0x0c
	opConst4s          = 0x0d
	opConst8u          = 0x0e
	opConst8s          = 0x0f
	opConstu           = 0x10
	opConsts           = 0x11
	opDup              = 0x12
	opDrop             = 0x13
	opOver             = 0x14
	opPick             = 0x15
	opSwap             = 0x16
	opRot              = 0x17
	opAbs              = 0x19
	opAnd              = 0x1a
	opDiv              = 0x1b
	opMinus            = 0x1c
	opMod              = 0x1d
	opMul              = 0x1e
	opNeg              = 0x1f
	opNot              = 0x20
	opOr               = 0x21
	opPlus             = 0x22
	opPlusUconst       = 0x23
	opShl              = 0x24
	opShr              = 0x25
	opShra             = 0x26
	opXor              = 0x27
	opBra              = 0x28
	opEq               = 0x29
	opGe               = 0x2a
	opGt               = 0x2b
	opLe               = 0x2c
	opLt               = 0x2d
	opNe               = 0x2e
	opSkip             = 0x2f
	opLit0             = 0x30
	opLit31            = 0x4f
	opReg0             = 0x50
	opReg31            = 0x6f
	opBreg0            = 0x70
	opBreg31           = 0x8f
	opRegx             = 0x90
	opFbreg            = 0x91
	opBregx            = 0x92
	opPiece            = 0x93
	opDerefSize        = 0x94
	opNop              = 0x96
	opPushObject       = 0x97
	opFormTLSAddress   = 0x9b
	opCallFrameCFA     = 0x9c
	opBitPiece         = 0x9d
	opImplicitValue    = 0x9e
	opStackValue       = 0x9f
	opImplicitPointer  = 0xa0
	opAddrx            = 0xa1
	opConstx           = 0xa2
	opEntryValue       = 0xa3
	opConstType        = 0xa4
	opRegvalType       = 0xa5
	opDerefType        = 0xa6
	opConvert          = 0xa8
	opReinterpret      = 0xa9
	opGNUPushTLS       = 0xe0
	opGNUUninit        = 0xf0
	opGNUImplicitPtr   = 0xf2
	opGNUEntryValue    = 0xf3
	opGNUConstType     = 0xf4
	opGNURegvalType    = 0xf5
	opGNUDerefType     = 0xf6
	opGNUConvert       = 0xf7
	opGNUReinterpret   = 0xf9
	opGNUParameterRef  = 0xfa
	opGNUAddrIndex     = 0xfb
	opGNUConstIndex    = 0xfc
	opGNUVariableValue = 0xfd
)

// uleb and sleb read a number of variable length (DWARF 5, 7.6). ok is false
// when the bytes end first.
func uleb(p []byte) (v uint64, rest []byte, ok bool) {
	for i, b := range p {
		if i < 10 {
			v |= uint64(b&0x7f) << (7 * i)
		}
		if b&0x80 == 0 {
			return v, p[i+1:], true
		}
	}
	return 0, nil, false
}

func sleb(p []byte) (v int64, rest []byte, ok bool) {
	for i, b := range p {
		if i < 10 {
			v |= int64(b&0x7f) << (7 * i)
		}
		if b&0x80 == 0 {
			if shift := 7 * (i + 1); b&0x40 != 0 && shift < 64 {
				v |= -1 << shift
			}
			return v, p[i+1:], true
		}
	}
	return 0, nil, false
}

// reader takes operands off an expression or a list. Once the bytes run
// out, bad stays set and everything reads as zero.
type reader struct {
	p   []byte
	at  int
	bad bool
}

func (r *reader) left() int { return len(r.p) - r.at }

func (r *reader) bytes(n uint64) []byte {
	if r.bad || n > uint64(r.left()) {
		r.bad = true
		return nil
	}
	b := r.p[r.at : r.at+int(n)]
	r.at += int(n)
	return b
}

// fixed reads a little-endian number of n bytes, at most 8.
func (r *reader) fixed(n uint64) uint64 {
	var w [8]byte
	if n > 8 {
		r.bad = true
		return 0
	}
	copy(w[:], r.bytes(n))
	return binary.LittleEndian.Uint64(w[:])
}

func (r *reader) uleb() uint64 {
	v, rest, ok := uleb(r.p[min(r.at, len(r.p)):])
	if !ok || r.bad {
		r.bad = true
		return 0
	}
	r.at = len(r.p) - len(rest)
	return v
}

func (r *reader) sleb() int64 {
	v, rest, ok := sleb(r.p[min(r.at, len(r.p)):])
	if !ok || r.bad {
		r.bad = true
		return 0
	}
	r.at = len(r.p) - len(rest)
	return v
}
