package symbols

import (
	"encoding/binary"
	"errors"
)

var errCFI = errors.New("malformed call frame information")

// cie is a Common Information Entry (DWARF 5 section 6.4.1; for .eh_frame the
// LSB, "Exception Frames").
type cie struct {
	order     binary.ByteOrder
	addrSize  int
	codeAlign uint64
	dataAlign int64
	ra        uint64 // the column of the return address
	augmented bool   // FDEs carry augmentation data ('z')
	signal    bool   // 'S': the frame of a signal trampoline
	encoding  byte   // DW_EH_PE_* of the addresses in FDEs
	init      []byte
}

// fde is a Frame Description Entry: how to unwind from [lo, hi).
type fde struct {
	cie *cie
	span
	code []byte
}

// cfiReader reads a byte string that lies at file address base. After an
// overrun bad is set and it reads zeros.
type cfiReader struct {
	p        []byte
	at       int
	base     uint64
	order    binary.ByteOrder
	addrSize int
	bad      bool
}

func (r *cfiReader) take(n int) []byte {
	if n < 0 || n > len(r.p)-r.at {
		r.bad, r.at = true, len(r.p)
		return nil
	}
	r.at += n
	return r.p[r.at-n : r.at]
}

func (r *cfiReader) uint(n int) uint64 {
	p := r.take(n)
	if p == nil {
		return 0
	}
	switch n {
	case 1:
		return uint64(p[0])
	case 2:
		return uint64(r.order.Uint16(p))
	case 4:
		return uint64(r.order.Uint32(p))
	default:
		return r.order.Uint64(p)
	}
}

func (r *cfiReader) uleb() uint64 {
	var v uint64
	for shift := uint(0); ; shift += 7 {
		b := r.uint(1)
		if shift < 64 {
			v |= (b & 0x7f) << shift
		}
		if b < 0x80 {
			return v
		}
	}
}

func (r *cfiReader) sleb() int64 {
	var v int64
	for shift := uint(0); ; {
		b := r.uint(1)
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

func (r *cfiReader) cstring() string {
	start := r.at
	for {
		switch p := r.take(1); {
		case p == nil:
			return ""
		case p[0] == 0:
			return string(r.p[start : r.at-1])
		}
	}
}

// How .eh_frame encodes addresses (LSB, "DWARF Exception Header Encoding"):
// the low half says the form, the high half what it is relative to.
const (
	ehAbsPtr   = 0x00
	ehULEB     = 0x01
	ehUData2   = 0x02
	ehUData4   = 0x03
	ehUData8   = 0x04
	ehSLEB     = 0x09
	ehSData2   = 0x0a
	ehSData4   = 0x0b
	ehSData8   = 0x0c
	ehForm     = 0x0f
	ehPCRel    = 0x10
	ehDataRel  = 0x30
	ehApplies  = 0x70
	ehIndirect = 0x80
	ehOmit     = 0xff
)

// encoded reads an address in one of those encodings. dataBase is what
// ehDataRel is relative to.
func (r *cfiReader) encoded(enc byte, dataBase uint64) uint64 {
	if enc == ehOmit {
		return 0
	}
	here := r.base + uint64(r.at)
	var v uint64
	switch enc & ehForm {
	case ehAbsPtr:
		v = r.uint(r.addrSize)
	case ehULEB:
		v = r.uleb()
	case ehUData2:
		v = r.uint(2)
	case ehUData4:
		v = r.uint(4)
	case ehUData8, ehSData8:
		v = r.uint(8)
	case ehSLEB:
		v = uint64(r.sleb())
	case ehSData2:
		v = uint64(int16(r.uint(2)))
	case ehSData4:
		v = uint64(int32(r.uint(4)))
	default:
		r.bad = true
	}
	switch enc & ehApplies {
	case 0:
	case ehPCRel:
		v += here
	case ehDataRel:
		v += dataBase
	default: // text- and function-relative: no amd64 toolchain emits them
		r.bad = true
	}
	return v
}

// readCIE decodes the body of a CIE, what follows its id. eh tells .eh_frame
// from .debug_frame.
func readCIE(r *cfiReader, eh bool) (*cie, error) {
	c := &cie{order: r.order, addrSize: r.addrSize}
	version := r.uint(1)
	aug := r.cstring()
	if version != 1 && version != 3 && version != 4 {
		return nil, errCFI
	}
	if version == 4 {
		c.addrSize = int(r.uint(1))
		r.uint(1) // segment selector size
		if c.addrSize != 4 && c.addrSize != 8 {
			return nil, errCFI
		}
	}
	c.codeAlign, c.dataAlign = r.uleb(), r.sleb()
	if version == 1 {
		c.ra = r.uint(1)
	} else {
		c.ra = r.uleb()
	}
	if aug != "" {
		if aug[0] != 'z' {
			return nil, errCFI
		}
		c.augmented = true
		n := int(min(r.uleb(), uint64(len(r.p))))
		start := r.at
		c.augmentation(r, aug[1:])
		if r.bad || n > len(r.p)-start {
			return nil, errCFI
		}
		r.at = start + n
	}
	c.init = r.p[r.at:]
	if r.bad || !eh && c.encoding != ehAbsPtr {
		return nil, errCFI
	}
	return c, nil
}

// augmentation reads the letters after 'z'. What follows one it does not know
// is skipped with the rest of the data.
func (c *cie) augmentation(r *cfiReader, letters string) {
	for _, l := range letters {
		switch l {
		case 'L':
			r.uint(1)
		case 'P':
			enc := byte(r.uint(1))
			r.encoded(enc&^(ehIndirect|ehApplies), 0)
		case 'R':
			c.encoding = byte(r.uint(1))
		case 'S':
			c.signal = true
		default:
			return
		}
	}
}

// readFDE decodes the body of an FDE, what follows its CIE pointer.
func readFDE(r *cfiReader, c *cie) (*fde, error) {
	r.addrSize = c.addrSize
	f := &fde{cie: c}
	f.lo = r.encoded(c.encoding, 0)
	f.hi = f.lo + r.encoded(c.encoding&ehForm, 0)
	if c.augmented {
		r.take(int(min(r.uleb(), 1<<20)))
	}
	f.code = r.p[r.at:]
	if r.bad || f.hi < f.lo {
		return nil, errCFI
	}
	return f, nil
}
