package amd64

import (
	"bytes"
	"encoding/binary"
	"testing"

	"rseqstep/stepper/opv/interp"
)

// area is an XSAVE area with these components, all in use, every byte of them 0xee.
func area(size int, xcr0 uint64) []byte {
	a := bytes.Repeat([]byte{0xee}, size)
	binary.LittleEndian.PutUint64(a[xsaveXCR0:], xcr0)
	binary.LittleEndian.PutUint64(a[xsaveBV:], xcr0)
	return a
}

// All known layouts, and areas that have none of them.
func TestUpperHalvesAreZeroedWhereTheAreaHoldsThem(t *testing.T) {
	const (
		avx, mpx, avx512, pkru, amx, apx = 7, 3 << 3, 7 << 5, 1 << 9, 3 << 17, 1 << 19
		unknown                          = -1
	)
	for _, c := range []struct {
		name  string
		size  int
		xcr0  uint64
		place int // 0: nothing to zero
	}{
		{"SSE", 576, 3, 0},
		{"AVX", 832, avx, 0},
		{"AVX and PKRU, Intel", 2696, avx | pkru, 0},
		{"MPX", 1088, avx | mpx, 0},
		{"AVX-512, Intel", 2688, avx | avx512, 1152},
		{"AVX-512, MPX, PKRU", 2696, avx | mpx | avx512 | pkru, 1152},
		{"AVX-512, PKRU, AMX", 11008, avx | avx512 | pkru | amx, 1152},
		{"AVX-512, AMD", 2432, avx | avx512, 896},
		{"AVX-512, PKRU, AMD", 2440, avx | avx512 | pkru, 896},
		{"cut short", 2000, avx | avx512, unknown},
		{"of AMD's size, with MPX", 2440, avx | mpx | avx512, unknown},
		{"with a component that is not known", 2696, avx | avx512 | pkru | apx, unknown},
	} {
		a := area(c.size, c.xcr0)
		want := bytes.Clone(a)
		s := interp.State{Cleared: 1<<2 | 1<<15}
		clear(want[xsaveXMM : xsaveXMM+256])
		if c.xcr0&xsaveAVX != 0 {
			clear(want[xsaveYMM : xsaveYMM+256])
		}
		if c.place > 0 {
			clear(want[c.place+2*32 : c.place+3*32])
			clear(want[c.place+15*32 : c.place+16*32])
		}
		var loaded interp.State
		errs := []error{Set().LoadVectors(&loaded, a), Set().StoreVectors(&s, a)}
		for _, err := range errs {
			if (err != nil) != (c.place == unknown) {
				t.Errorf("%s: got error %v", c.name, err)
			}
		}
		if c.place != unknown && !bytes.Equal(a, want) {
			t.Errorf("%s: other bytes were changed than expected", c.name)
		}
	}
}
