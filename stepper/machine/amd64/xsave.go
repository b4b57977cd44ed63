package amd64

import (
	"encoding/binary"
	"strconv"
	"strings"
)

// Offsets in an XSAVE area in the standard (not compacted) format, as PTRACE_GETREGSET with
// NT_X86_XSTATE returns it (Intel SDM volume 1, 13.4), bytes. st0 begins at 32, 16 bytes apart;
// xmm0 at 160; the header's XSTATE_BV at 512; the upper halves of ymm0 to ymm15 at 576 (CPUID leaf
// 0xd reports that on every processor that has AVX).
const (
	xsaveFSW    = 2 // x87 status word, 16 bits
	xsaveFTW    = 4 // abridged x87 tag word: bit n is set if register n is in use
	xsaveST     = 32
	xsaveMXCSR  = 24
	xsaveXMM    = 160
	xsaveBV     = 512
	xsaveLegacy = 512 // the part that always exists
	xsaveYMMH   = 576
	xsaveSSE    = 1 << 1 // the bit of SSE state in XSTATE_BV
	xsaveAVX    = 1 << 2 // the bit of AVX state

	fswTop = 7 << 11 // the top of the x87 stack, in the status word
)

// ordinal parses the number of a name such as "xmm12".
func ordinal(name, prefix string, count int) (int, bool) {
	digits, ok := strings.CutPrefix(name, prefix)
	n, err := strconv.Atoi(digits)
	return n, ok && err == nil && n >= 0 && n < count && strconv.Itoa(n) == digits
}

func hasAVX(p []byte) bool {
	return len(p) >= xsaveYMMH+256 && binary.LittleEndian.Uint64(p[xsaveBV:])&xsaveAVX != 0
}

// Register implements machine.Others: a vector or x87 register.
func (others) Register(p []byte, name string) ([]byte, bool) {
	if len(p) < xsaveLegacy {
		return nil, false
	}
	if n, ok := ordinal(name, "xmm", 16); ok {
		return append([]byte(nil), p[xsaveXMM+16*n:][:16]...), true
	}
	if n, ok := ordinal(name, "ymm", 16); ok {
		b := make([]byte, 32)
		copy(b, p[xsaveXMM+16*n:][:16])
		if hasAVX(p) { // else the upper halves are in their initial state: zero
			copy(b[16:], p[xsaveYMMH+16*n:][:16])
		}
		return b, true
	}
	if n, ok := ordinal(name, "st", 8); ok {
		return append(append([]byte(nil), p[xsaveST+16*n:][:10]...), make([]byte, 6)...), true
	}
	if name == "mxcsr" {
		return append([]byte(nil), p[xsaveMXCSR:][:4]...), true
	}
	return nil, false
}

// SetRegister implements machine.Others. SSE and x87 state are in the part that
// always exists; SetRegister sets the component's bit in XSTATE_BV.
func (others) SetRegister(p []byte, name string, b []byte) bool {
	if len(p) < xsaveLegacy {
		return false
	}
	mark := func(bit uint64) {
		if len(p) >= xsaveBV+8 {
			binary.LittleEndian.PutUint64(p[xsaveBV:], binary.LittleEndian.Uint64(p[xsaveBV:])|bit)
		}
	}
	if n, ok := ordinal(name, "xmm", 16); ok && len(b) == 16 {
		copy(p[xsaveXMM+16*n:], b)
		mark(xsaveSSE)
		return true
	}
	if n, ok := ordinal(name, "ymm", 16); ok && len(b) == 32 && len(p) >= xsaveYMMH+256 {
		if !hasAVX(p) {
			clear(p[xsaveYMMH:][:256])
		}
		copy(p[xsaveXMM+16*n:], b[:16])
		copy(p[xsaveYMMH+16*n:], b[16:])
		mark(xsaveSSE | xsaveAVX)
		return true
	}
	if n, ok := ordinal(name, "st", 8); ok && len(b) >= 10 {
		copy(p[xsaveST+16*n:][:10], b[:10])
		mark(1 << 0)
		return true
	}
	return false
}

// EnterFunction implements machine.Others: functions expect the x87 stack to be empty (System V
// ABI, AMD64 supplement, 3.2.1).
func (others) EnterFunction(p []byte, arguments [][16]byte) {
	if len(p) < xsaveLegacy {
		return
	}
	binary.LittleEndian.PutUint16(p[xsaveFSW:], binary.LittleEndian.Uint16(p[xsaveFSW:])&^fswTop)
	p[xsaveFTW] = 0
	for n, v := range arguments {
		copy(p[xsaveXMM+16*n:], v[:])
	}
	if len(arguments) > 0 && len(p) >= xsaveBV+8 {
		binary.LittleEndian.PutUint64(p[xsaveBV:], binary.LittleEndian.Uint64(p[xsaveBV:])|xsaveSSE)
	}
}

// VectorResult implements machine.Others: xmm0.
func (others) VectorResult(p []byte) (b [16]byte, ok bool) {
	if len(p) < xsaveXMM+len(b) {
		return b, false
	}
	copy(b[:], p[xsaveXMM:])
	return b, true
}
