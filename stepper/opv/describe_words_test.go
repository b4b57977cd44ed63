package opv_test

import (
	"encoding/binary"
	"testing"

	"rseqstep/stepper/machine"
	"rseqstep/stepper/machine/arm64"
	"rseqstep/stepper/opv"
	"rseqstep/table"
)

// Sections of arm64 in words. The arming store is str x15, [x0, #8], so the area is at x0.
func TestDescribePutsARM64IntoWords(t *testing.T) {
	for _, c := range []struct {
		code []uint32
		want string
	}{
		// ldr w15, [x0, #4]; cmp w15, w1; b.ne abort; ldr x15, [x2]; add x15, x15, x3; str x15, [x2]
		{[]uint32{0xb940040f, 0x6b0101ff, 0x547fffc1, 0xf940004f, 0x8b0301ef, 0xf900004f}, "compare cpu_id == w1 else abort; [x2] = [x2]+x3"},
		// ldr x15, [x2]; cbz x15, .+0x40; ldr x15, [x15]; str x15, [x2]
		{[]uint32{0xf940004f, 0xb400020f, 0xf94001ef, 0xf900004f}, "compare [x2] != 0 else exit 0x400044; [x2] = [[x2]]"},
		// asr w4, w4, #3; str w4, [x2, w5, sxtw #2]
		{[]uint32{0x13037c84, 0xb825d844}, "u32[x2+s64(w5)*4] = u32((s64(w4)>>3))"},
		// ldrsw x6, [x2]; str x6, [x3], #8; str x6, [x3]
		{[]uint32{0xb9800046, 0xf8008466, 0xf9000066}, "[x3] = s64(u32[x2]); [x3+8] = s64(u32[x2])"},
		// and w7, w7, #0xff; tst w7, #1; b.eq .+0x40; stp w7, w7, [x2]
		{[]uint32{0x12001ce7, 0x720000ff, 0x54000200, 0x29001c47}, "compare (w7&255)&1 != 0 else exit 0x400048; u32[x2] = (w7&255); u32[x2+4] = (w7&255)"},
		// ldp q0, q1, [x2, #-32]!; stp q0, q1, [x2]; eor v3.16b, v3.16b, v3.16b; str q3, [x2]; str d4, [x2, #16]
		{[]uint32{0xadff0440, 0xad000440, 0x6e231c63, 0x3d800043, 0xfd000844},
			"u128[x2-32] = u128[x2-32]; u128[x2-16] = u128[x2-16]; u128[x2-32] = 0; [x2-16] = u64(v4)"},
		// stadd x1, [x2]; ldadd w1, w8, [x2]; str w8, [x3]
		{[]uint32{0xf821005f, 0xb8210048, 0xb9000068}, "[x2] += x1; u32[x2] += w1; u32[x3] = u32old[x2]"},
		// cmp w15, w1; csel w8, w9, w10, ls; str w8, [x2]; cset w8, eq; str w8, [x2]
		{[]uint32{0x6b0101ff, 0x1a8a9128, 0xb9000048, 0x1a9f17e8, 0xb9000048}, "u32[x2] = (w15 <=u w1 ? w9 : w10); u32[x2] = (w15 == w1 ? 1 : 0)"},
		// mov x9, #0x10000; movk x9, #5; str x9, [x2]; ubfx x9, x10, #4, #8; str x9, [x2]
		{[]uint32{0xd2a00029, 0xf28000a9, 0xf9000049, 0xd3442d49, 0xf9000049}, "[x2] = 0x10005; [x2] = (x10>>4&0xff)"},
		// adrp x9, .; ldr x9, [x9, #16]; str x9, [x2]
		{[]uint32{0x90000009, 0xf9400929, 0xf9000049}, "[x2] = [variable+16]"},
		// fadd d0, d0, d1; str d0, [x2]; sdiv x1, x1, x2; str x1, [x2]
		{[]uint32{0x1e612800, 0xfd000040, 0x9ac20c21, 0xf9000041}, "fadd d0, d0, d1; [x2] = u64(v0'); sdiv x1, x1, x2; [x2] = x1'"},
		// L: add w8, w8, #1; str w8, [x2]; tbz w8, #3, L; b .+0x40
		{[]uint32{0x11000508, 0xb9000048, 0x361fffc8, 0x14000010}, "L1: u32[x2] = u32(x8@L1)+1; if bit 3 of u32(u32(x8@L1)+1) is clear goto L1; goto exit 0x40004c"},
		// movi v0.4s, #1; a loop: str q0, [x2]; movi v0.2d, #0; cbnz x1, L
		{[]uint32{0x3d800040, 0x6f00e400, 0xb5ffffc1, 0x3d800040}, "L1: u128[x2] = v0@L1; if x1 != 0 goto L1; u128[x2] = 0"},
	} {
		var code []byte
		for _, w := range c.code {
			code = binary.LittleEndian.AppendUint32(code, w)
		}
		const at = table.Addr(0x400000)
		body, err := machine.DecodeBody(arm64.Arch(), &table.Placed{Start: at, End: at + table.Addr(len(code)), Abort: 0x500000}, code)
		if err != nil {
			t.Fatal(err)
		}
		arming, err := arm64.Arch().Decode(at-4, []byte("\x0f\x04\x00\xf9"))
		if err != nil {
			t.Fatal(err)
		}
		name := func(a table.Addr) (string, table.Addr) {
			if a >= at && a < at+0x20 {
				return "variable", at
			}
			return "", 0
		}
		if got := (opv.Describer{Arch: arm64.Arch(), Arming: &arming, Name: name}).Line(&body); got != c.want {
			t.Errorf("%x:\n%s\nwant\n%s", c.code, got, c.want)
		}
	}
}
