package expr

import (
	"encoding/binary"
	"strconv"
	"strings"
)

// xsave is an XSAVE area in the standard (not compacted) format, as
// PTRACE_GETREGSET with NT_X86_XSTATE returns it (Intel SDM volume 1, 13.4).
type xsave struct{ p []byte }

// Places in the area, bytes. st0 begins at 32, 16 bytes apart; xmm0 at 160;
// the header's XSTATE_BV at 512; the upper halves of ymm0 to ymm15 at 576
// (CPUID leaf 0xd says so on every processor that has AVX).
const (
	xsaveST    = 32
	xsaveMXCSR = 24
	xsaveXMM   = 160
	xsaveBV    = 512
	xsaveYMMH  = 576
	xsaveAVX   = 1 << 2 // the bit of AVX state in XSTATE_BV
)

func (c *Context) xstate() (xsave, error) {
	if c.XState == nil {
		return xsave{}, sentence("The floating-point and vector registers are not available.")
	}
	p, err := c.XState()
	if err == nil && len(p) < 512 {
		err = sentence("The floating-point and vector registers are not available.")
	}
	return xsave{p}, err
}

// numbered splits "xmm12" into its number.
func numbered(name, prefix string, count int) (int, bool) {
	digits, ok := strings.CutPrefix(name, prefix)
	n, err := strconv.Atoi(digits)
	return n, ok && err == nil && n >= 0 && n < count && strconv.Itoa(n) == digits
}

func (x xsave) hasAVX() bool {
	return len(x.p) >= xsaveYMMH+256 && binary.LittleEndian.Uint64(x.p[xsaveBV:])&xsaveAVX != 0
}

// register copies a vector or x87 register out of the area.
func (x xsave) register(name string) ([]byte, bool) {
	if n, ok := numbered(name, "xmm", 16); ok {
		return append([]byte(nil), x.p[xsaveXMM+16*n:][:16]...), true
	}
	if n, ok := numbered(name, "ymm", 16); ok {
		b := make([]byte, 32)
		copy(b, x.p[xsaveXMM+16*n:][:16])
		if x.hasAVX() { // else the upper halves are in their initial state: zero
			copy(b[16:], x.p[xsaveYMMH+16*n:][:16])
		}
		return b, true
	}
	if n, ok := numbered(name, "st", 8); ok {
		return append(append([]byte(nil), x.p[xsaveST+16*n:][:10]...), make([]byte, 6)...), true
	}
	if name == "mxcsr" {
		return append([]byte(nil), x.p[xsaveMXCSR:][:4]...), true
	}
	return nil, false
}

// set changes a register in the area. SSE and x87 state lie in the part that
// is always there; XSTATE_BV gets the bit of what is set.
func (x xsave) set(name string, b []byte) bool {
	mark := func(bit uint64) {
		if len(x.p) >= xsaveBV+8 {
			binary.LittleEndian.PutUint64(x.p[xsaveBV:], binary.LittleEndian.Uint64(x.p[xsaveBV:])|bit)
		}
	}
	if n, ok := numbered(name, "xmm", 16); ok && len(b) == 16 {
		copy(x.p[xsaveXMM+16*n:], b)
		mark(1 << 1)
		return true
	}
	if n, ok := numbered(name, "ymm", 16); ok && len(b) == 32 && len(x.p) >= xsaveYMMH+256 {
		if !x.hasAVX() {
			clear(x.p[xsaveYMMH:][:256])
		}
		copy(x.p[xsaveXMM+16*n:], b[:16])
		copy(x.p[xsaveYMMH+16*n:], b[16:])
		mark(1<<1 | xsaveAVX)
		return true
	}
	if n, ok := numbered(name, "st", 8); ok && len(b) >= 10 {
		copy(x.p[xsaveST+16*n:][:10], b[:10])
		mark(1 << 0)
		return true
	}
	return false
}
