package amd64

import (
	"encoding/binary"
	"errors"
	"rseqstep/stepper/opv/interp"
)

// Offsets in an XSAVE area of the standard format, in bytes, and bits of its
// XSTATE_BV (Intel SDM volume 1, 13.4; CPUID leaf 0dh says 576 for the upper
// halves of ymm0 to ymm15 on every processor that has AVX).
const (
	xsaveXMM  = 160
	xsaveXCR0 = 464 // in the bytes reserved for software: the kernel stores the existing components here (arch/x86/kernel/fpu/xstate.c)
	xsaveBV   = 512
	xsaveYMM  = 576
	xsaveEnd  = xsaveYMM + 16*16
	xsaveSSE  = 1 << 1
	xsaveAVX  = 1 << 2
	xsaveZMM  = 1 << 6
	zmmUpper  = 32 // bytes of each register in the ZMM_Hi256 component
	xsaveHead = 576
)

var (
	errXSave    = errors.New("not an XSAVE area")
	errZMMPlace = errors.New("an XSAVE area that holds AVX-512 registers at an unknown offset")
)

// zmmPlace is the offset in an XSAVE area of the upper halves of zmm0 to zmm15,
// 0 if it has none. CPUID (leaf 0dh, subleaf 6) reports it on the processor
// that the program runs on; for the area alone it follows from its components
// and its size, because there are two layouts (gdb's i387_guess_xsave_layout):
//
//	         k0 to k7   zmm, upper   zmm16 to 31   pkru   tiles
//	Intel         1088         1152          1664   2688    2752
//	AMD            832          896          1408   2432
//
// Error: the area has neither layout.
func zmmPlace(area []byte) (int, error) {
	const (
		mpx    = 3 << 3
		avx512 = 7 << 5 // k0 to k7 and both parts of zmm0 to zmm31
		amx    = 3 << 17
		known  = 7 | mpx | avx512 | 1<<9 | amx // and x87, SSE, AVX; PKRU

		intelPlace, intelSize = 1152, 2688 // size with AVX-512 and nothing after it
		amdPlace, amdSize     = 896, 2432
		pkruSize              = 8
	)
	have := binary.LittleEndian.Uint64(area[xsaveXCR0:])
	switch size := len(area); {
	case have&xsaveZMM == 0:
		return 0, nil
	case have&avx512 != avx512 || have&^known != 0:
	case size >= intelSize:
		return intelPlace, nil
	case size >= amdSize && size <= amdSize+pkruSize && have&(mpx|amx) == 0:
		return amdPlace, nil
	}
	return 0, errZMMPlace
}

// LoadVectors implements interp.Set for an XSAVE area. Error: an area that StoreVectors could not
// write.
func (instructions) LoadVectors(s *interp.State, area []byte) error {
	if len(area) < xsaveHead {
		return errXSave
	}
	have := binary.LittleEndian.Uint64(area[xsaveBV:])
	if have&xsaveZMM != 0 {
		if _, err := zmmPlace(area); err != nil {
			return err
		}
	}
	for n := range vectors {
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

// StoreVectors implements interp.Set for an XSAVE area. It zeroes the upper halves of
// zmm0 to zmm15 there for the registers of s.Cleared.
func (instructions) StoreVectors(s *interp.State, area []byte) error {
	if len(area) < xsaveHead {
		return errXSave
	}
	have := binary.LittleEndian.Uint64(area[xsaveBV:]) | xsaveSSE
	zmm := 0
	if have&xsaveZMM != 0 { // otherwise they are zero already
		var err error
		if zmm, err = zmmPlace(area); err != nil {
			return err
		}
	}
	if len(area) >= xsaveEnd {
		have |= xsaveAVX
	}
	for n := range vectors {
		copy(area[xsaveXMM+16*n:][:16], s.Vec[n][:16])
		if have&xsaveAVX != 0 {
			copy(area[xsaveYMM+16*n:][:16], s.Vec[n][16:])
		}
		if zmm > 0 && s.Cleared>>n&1 == 1 {
			clear(area[zmm+zmmUpper*n:][:zmmUpper])
		}
	}
	binary.LittleEndian.PutUint64(area[xsaveBV:], have)
	return nil
}
