package cfi

import (
	"encoding/binary"
	"errors"
)

// ErrMalformed is wrapped by the errors about malformed call frame information.
var ErrMalformed = errors.New("malformed call frame information")

// CIE is a Common Information Entry (DWARF 5 section 6.4.1; for .eh_frame the
// LSB, "Exception Frames").
type CIE struct {
	order     binary.ByteOrder
	addrSize  int
	codeAlign uint64
	dataAlign int64
	ra        uint64 // the column of the return address
	augmented bool   // FDEs carry augmentation data ('z')
	signal    bool   // 'S': the frame of a signal trampoline
	encoding  byte   // DW_EH_PE_* of the addresses in FDEs
	init      []byte
	registers Registers
}

// FDE is a Frame Description Entry: how to unwind from [Low, High), file addresses.
type FDE struct {
	Low, High uint64

	cie  *CIE
	code []byte
}

// Reader reads a byte string at file address Base. After an overrun Bad is set and it
// reads zeros.
type Reader struct {
	P        []byte
	At       int // the next byte
	Base     uint64
	Order    binary.ByteOrder
	AddrSize int // bytes
	Bad      bool
}

func (r *Reader) take(n int) []byte {
	if n < 0 || n > len(r.P)-r.At {
		r.Bad, r.At = true, len(r.P)
		return nil
	}
	r.At += n
	return r.P[r.At-n : r.At]
}

// Uint reads n bytes, 1, 2, 4 or 8.
func (r *Reader) Uint(n int) uint64 {
	p := r.take(n)
	if p == nil {
		return 0
	}
	switch n {
	case 1:
		return uint64(p[0])
	case 2:
		return uint64(r.Order.Uint16(p))
	case 4:
		return uint64(r.Order.Uint32(p))
	default:
		return r.Order.Uint64(p)
	}
}

func (r *Reader) uleb() uint64 {
	var v uint64
	for shift := uint(0); ; shift += 7 {
		b := r.Uint(1)
		if shift < 64 {
			v |= (b & 0x7f) << shift
		}
		if b < 0x80 {
			return v
		}
	}
}

func (r *Reader) sleb() int64 {
	var v int64
	for shift := uint(0); ; {
		b := r.Uint(1)
		if shift < 64 {
			v |= int64(b&0x7f) << shift
		}
		shift += 7
		if b < 0x80 {
			if b&0x40 != 0 && shift < 64 {
				v |= -1 << shift
			}
			return v
		}
	}
}

func (r *Reader) cstring() string {
	start := r.At
	for {
		switch p := r.take(1); {
		case p == nil:
			return ""
		case p[0] == 0:
			return string(r.P[start : r.At-1])
		}
	}
}

// How .eh_frame encodes addresses (LSB, "DWARF Exception Header Encoding"): the
// low half is the format, the high half what the value is relative to.
const (
	ehAbsPtr   = 0x00
	ehULEB     = 0x01
	ehUData2   = 0x02
	ehUData4   = 0x03
	ehUData8   = 0x04
	ehSLEB     = 0x09
	ehSData2   = 0x0a
	EhSData4   = 0x0b
	ehSData8   = 0x0c
	ehForm     = 0x0f
	ehPCRel    = 0x10
	EhDataRel  = 0x30
	ehApplies  = 0x70
	ehIndirect = 0x80
	EhOmit     = 0xff
)

// Encoded reads an address in one of those encodings. dataBase is the base of
// EhDataRel.
func (r *Reader) Encoded(enc byte, dataBase uint64) uint64 {
	if enc == EhOmit {
		return 0
	}
	here := r.Base + uint64(r.At)
	var v uint64
	switch enc & ehForm {
	case ehAbsPtr:
		v = r.Uint(r.AddrSize)
	case ehULEB:
		v = r.uleb()
	case ehUData2:
		v = r.Uint(2)
	case ehUData4:
		v = r.Uint(4)
	case ehUData8, ehSData8:
		v = r.Uint(8)
	case ehSLEB:
		v = uint64(r.sleb())
	case ehSData2:
		v = uint64(int16(r.Uint(2)))
	case EhSData4:
		v = uint64(int32(r.Uint(4)))
	default:
		r.Bad = true
	}
	switch enc & ehApplies {
	case 0:
	case ehPCRel:
		v += here
	case EhDataRel:
		v += dataBase
	default: // text- and function-relative: no amd64 toolchain emits them
		r.Bad = true
	}
	return v
}

// ReadCIE decodes the body of a CIE, the bytes after its id. eh is true for
// .eh_frame, false for .debug_frame.
func ReadCIE(r *Reader, eh bool, registers Registers) (*CIE, error) {
	c := &CIE{order: r.Order, addrSize: r.AddrSize, registers: registers}
	version := r.Uint(1)
	aug := r.cstring()
	if version != 1 && version != 3 && version != 4 {
		return nil, ErrMalformed
	}
	if version == 4 {
		c.addrSize = int(r.Uint(1))
		r.Uint(1) // segment selector size
		if c.addrSize != 4 && c.addrSize != 8 {
			return nil, ErrMalformed
		}
	}
	c.codeAlign, c.dataAlign = r.uleb(), r.sleb()
	if version == 1 {
		c.ra = r.Uint(1)
	} else {
		c.ra = r.uleb()
	}
	if aug != "" {
		if aug[0] != 'z' {
			return nil, ErrMalformed
		}
		c.augmented = true
		n := int(min(r.uleb(), uint64(len(r.P))))
		start := r.At
		c.augmentation(r, aug[1:])
		if r.Bad || n > len(r.P)-start {
			return nil, ErrMalformed
		}
		r.At = start + n
	}
	c.init = r.P[r.At:]
	if r.Bad || !eh && c.encoding != ehAbsPtr {
		return nil, ErrMalformed
	}
	return c, nil
}

// augmentation reads the letters after 'z'. At an unknown letter it skips the
// rest of the data.
func (c *CIE) augmentation(r *Reader, letters string) {
	for _, l := range letters {
		switch l {
		case 'L':
			r.Uint(1)
		case 'P':
			enc := byte(r.Uint(1))
			r.Encoded(enc&^(ehIndirect|ehApplies), 0)
		case 'R':
			c.encoding = byte(r.Uint(1))
		case 'S':
			c.signal = true
		case 'B', 'G': // arm64: signed with key B; the stack's memory is tagged
		default:
			return
		}
	}
}

// ReadFDE decodes the body of an FDE, the bytes after its CIE pointer.
func ReadFDE(r *Reader, c *CIE) (*FDE, error) {
	r.AddrSize = c.addrSize
	f := &FDE{cie: c}
	f.Low = r.Encoded(c.encoding, 0)
	f.High = f.Low + r.Encoded(c.encoding&ehForm, 0)
	if c.augmented {
		r.take(int(min(r.uleb(), 1<<20)))
	}
	f.code = r.P[r.At:]
	if r.Bad || f.High < f.Low {
		return nil, ErrMalformed
	}
	return f, nil
}
