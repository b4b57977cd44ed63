package opv

import (
	"encoding/binary"
	"errors"
)

// Places in an XSAVE area of the standard format, in bytes, and bits of its
// XSTATE_BV (Intel SDM volume 1, 13.4; CPUID leaf 0dh says 576 for the upper
// halves of ymm0 to ymm15 on every processor that has AVX).
const (
	xsaveXMM  = 160
	xsaveBV   = 512
	xsaveYMM  = 576
	xsaveEnd  = xsaveYMM + 16*16
	xsaveSSE  = 1 << 1
	xsaveAVX  = 1 << 2
	xsaveZMM  = 1 << 6
	zmmUpper  = 32 // bytes of each register in the ZMM_Hi256 component
	xsaveHead = 576
)

var errXSave = errors.New("not an XSAVE area")

// LoadVectors fills s.Vec from an XSAVE area. Components that the area says
// are in their initial state are zero.
func (s *State) LoadVectors(area []byte) error {
	if len(area) < xsaveHead {
		return errXSave
	}
	have := binary.LittleEndian.Uint64(area[xsaveBV:])
	for n := range s.Vec {
		v := &s.Vec[n]
		clear(v[:])
		if have&xsaveSSE != 0 {
			copy(v[:16], area[xsaveXMM+16*n:])
		}
		if have&xsaveAVX != 0 && len(area) >= xsaveEnd {
			copy(v[16:], area[xsaveYMM+16*n:])
		}
	}
	s.Cleared = 0
	return nil
}

// StoreVectors puts s.Vec into an XSAVE area. zmm is where in it the upper
// halves of zmm0 to zmm15 lie (CPUID leaf 0dh, subleaf 6, ebx), 0 on
// processors without AVX-512; those of s.Cleared are zeroed there.
func (s *State) StoreVectors(area []byte, zmm int) error {
	if len(area) < xsaveHead {
		return errXSave
	}
	have := binary.LittleEndian.Uint64(area[xsaveBV:]) | xsaveSSE
	if len(area) >= xsaveEnd {
		have |= xsaveAVX
	}
	for n := range s.Vec {
		copy(area[xsaveXMM+16*n:][:16], s.Vec[n][:16])
		if have&xsaveAVX != 0 {
			copy(area[xsaveYMM+16*n:][:16], s.Vec[n][16:])
		}
		if at := zmm + zmmUpper*n; zmm > 0 && have&xsaveZMM != 0 && s.Cleared>>n&1 == 1 && at+zmmUpper <= len(area) {
			clear(area[at : at+zmmUpper])
		}
	}
	binary.LittleEndian.PutUint64(area[xsaveBV:], have)
	return nil
}
