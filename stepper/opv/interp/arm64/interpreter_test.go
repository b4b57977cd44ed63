package arm64

import (
	"encoding/binary"
	"errors"
	"fmt"
	"strings"
	"testing"

	"rseqstep/stepper/machine"
	"rseqstep/stepper/machine/arm64"
	"rseqstep/stepper/opv/interp"
	"rseqstep/table"
)

// The instructions of these tests are at codeAt. Memory is at dataAt-16: bytes 0 to 15, then the 16 of
// data; x10 is dataAt.
const (
	codeAt = table.Addr(0x10000)
	dataAt = table.Addr(0x2000)
	data   = "\xff\xee\xdd\xcc\xbb\xaa\x99\x88\x77\x66\x55\x44\x33\x22\x11\x00"
)

// run interprets code from registers x0 to x4 and flags ("NZ"), and returns the pass.
func run(t *testing.T, regs map[int]uint64, flags string, words ...uint32) (interp.Result, error) {
	t.Helper()
	var code []byte
	for _, w := range words {
		code = binary.LittleEndian.AppendUint32(code, w)
	}
	body, err := machine.DecodeBody(arm64.Arch(), &table.Placed{Start: codeAt, End: codeAt + table.Addr(len(code)), Abort: 0x90000}, code)
	if err != nil {
		t.Fatal(err)
	}
	memory := "\x00\x01\x02\x03\x04\x05\x06\x07\x08\x09\x0a\x0b\x0c\x0d\x0e\x0f" + data
	s := interp.State{Regs: arm64.Regs(machine.Words{arm64.SP: 0x1000, arm64.TPIDR: 0x7000})}
	s.W[arm64.General(10)] = uint64(dataAt)
	for n, v := range regs {
		s.W[arm64.General(n)] = v
	}
	for n, c := range "VCZN" {
		if strings.ContainsRune(flags, c) {
			s.W[arm64.PSTATE] |= 1 << (28 + n)
		}
	}
	p := interp.NewPass(&body, s, interp.NewOverlay(func(a table.Addr, b []byte) error {
		if off := a - (dataAt - 16); off > table.Addr(len(memory)) || copy(b, memory[off:]) < len(b) {
			return fmt.Errorf("nothing is at %v", a)
		}
		return nil
	}))
	return p.Run(Set().Executor(p))
}

// flagsIn writes flags.
func flagsIn(pstate uint64) (text string) {
	for n, c := range "VCZN" {
		if pstate>>(28+n)&1 == 1 {
			text = string(c) + text
		}
	}
	return text
}

// Values computed by hand, from the Arm ARM's descriptions.
func TestInstructionsComputeWhatTheManualSays(t *testing.T) {
	const none = "-" // flags stay
	type in = map[int]uint64
	minus := func(n int64) uint64 { return uint64(-n) }
	for _, c := range []struct {
		text  string
		code  uint32
		regs  in
		flags string
		x0    uint64
		after string
	}{
		{"adds x0, x1, x2", 0xab020020, in{1: 1<<63 - 1, 2: 1}, "", 1 << 63, "NV"},
		{"adds x0, x1, x2", 0xab020020, in{1: minus(1), 2: 1}, "NV", 0, "ZC"},
		{"subs w0, w1, w2", 0x6b020020, in{1: 0, 2: 1}, "C", 0xffffffff, "N"},
		{"subs w0, w1, w2", 0x6b020020, in{1: 0xff80000000, 2: 1}, "", 0x7fffffff, "CV"},
		{"cmp x1, #1", 0xf100043f, in{0: 9, 1: 1}, "", 9, "ZC"},
		{"add x0, sp, w1, uxtw #2", 0x8b214be0, in{1: 0xffffffff00000003}, "N", 0x100c, none},
		{"sub x0, x1, x2, asr #4", 0xcb821020, in{1: 1, 2: minus(16)}, "", 2, none},
		{"bics x0, x1, x2, ror #8", 0xeae22020, in{1: 0xff, 2: 0x100}, "NZCV", 0xfe, ""},
		{"bics x0, x1, x2, ror #8", 0xeae22020, in{1: 1, 2: 0x100}, "", 0, "Z"},
		{"orr x0, x1, #0xf0f0f0f0f0f0f0f0", 0xb204cc20, in{1: 1}, "", 0xf0f0f0f0f0f0f0f1, none},
		{"movk x0, #0xbeef, lsl #32", 0xf2d7dde0, in{0: 0x1111222233334444}, "", 0x1111beef33334444, none},
		{"sbfx x0, x1, #4, #8", 0x93442c20, in{1: 0x800}, "", minus(0x80), none},
		{"bfi x0, x1, #8, #4", 0xb3780c20, in{0: 0xffff, 1: 5}, "", 0xf5ff, none},
		{"lsl w0, w1, #28", 0x53040c20, in{1: 0x10f}, "", 0xf0000000, none},
		{"extr w0, w1, w2, #12", 0x13823020, in{1: 0xabc, 2: 0x12345678}, "", 0xabc12345, none},
		{"ccmp x1, x2, #0x6, ne", 0xfa421026, in{1: 5, 2: 7}, "Z", 0, "ZC"},
		{"ccmp x1, x2, #0x6, ne", 0xfa421026, in{1: 5, 2: 7}, "", 0, "N"},
		{"csneg x0, x1, x2, mi", 0xda824420, in{1: 3, 2: 4}, "N", 3, none},
		{"csneg x0, x1, x2, mi", 0xda824420, in{1: 3, 2: 4}, "ZCV", minus(4), none},
		{"sbcs x0, x1, x2", 0xfa020020, in{1: 5, 2: 5}, "", minus(1), "N"},
		{"sbcs x0, x1, x2", 0xfa020020, in{1: 5, 2: 5}, "C", 0, "ZC"},
		{"sdiv x0, x1, x2", 0x9ac20c20, in{1: minus(7), 2: 2}, "", minus(3), none},
		{"sdiv x0, x1, x2", 0x9ac20c20, in{1: 1 << 63, 2: minus(1)}, "", 1 << 63, none},
		{"sdiv x0, x1, x2", 0x9ac20c20, in{1: 7}, "", 0, none},
		{"sdiv w0, w1, w2", 0x1ac20c20, in{1: 0x80000000, 2: 0xffffffff}, "", 0x80000000, none},
		{"rev16 x0, x1", 0xdac00420, in{1: 0x0123456789abcdef}, "", 0x23016745ab89efcd, none},
		{"rev32 x0, x1", 0xdac00820, in{1: 0x0123456789abcdef}, "", 0x67452301efcdab89, none},
		{"rbit w0, w1", 0x5ac00020, in{1: 1}, "", 0x80000000, none},
		{"cls x0, x1", 0xdac01420, in{1: minus(1)}, "", 63, none},
		{"cls x0, x1", 0xdac01420, in{1: 1}, "", 62, none},
		{"cls w0, w1", 0x5ac01420, in{1: 0xf0000000}, "", 3, none},
		{"smulh x0, x1, x2", 0x9b427c20, in{1: minus(1), 2: 1}, "", minus(1), none},
		{"smulh x0, x1, x2", 0x9b427c20, in{1: 1 << 62, 2: 4}, "", 1, none},
		{"msub w0, w1, w2, w3", 0x1b028c20, in{1: 3, 2: 4, 3: 10}, "", 0xfffffffe, none},
		{"smaddl x0, w1, w2, x3", 0x9b220c20, in{1: 0xffffffff, 2: 5, 3: 10}, "", 5, none},
		{"ldrsb w0, [x10]", 0x39c00140, nil, "", 0xffffffff, none},
		{"ldrsw x0, [x10, w4, sxtw #2]", 0xb8a4d940, in{4: 0xffffffff}, "", 0x0f0e0d0c, none},
		{"ldpsw x0, x1, [x10]", 0x69400540, nil, "", minus(0x33221101), none},
		{"ldp x0, x1, [x10, #-16]!", 0xa9ff0540, nil, "", 0x0706050403020100, none},
		{"ldrb w0, [x10] with a tag", 0x39400140, in{10: 0xab<<56 | 0x2001}, "", 0xee, none},
		{"ldaddal w1, w0, [x10]", 0xb8e10140, in{1: 1}, "", 0xccddeeff, none},
		{"mrs x0, tpidr_el0", 0xd53bd040, nil, "", 0x7000, none},
		{"adrp x0, 0x13000", 0xf0000000, nil, "", 0x13000, none},
	} {
		r, err := run(t, c.regs, c.flags, c.code)
		after := c.after
		if after == none {
			after = c.flags
		}
		if got := flagsIn(r.State.W[arm64.PSTATE]); err != nil || r.State.W[arm64.X0] != c.x0 || got != after {
			t.Errorf("%s: %#x, %q, %v; want %#x, %q", c.text, r.State.W[arm64.X0], got, err, c.x0, after)
		}
		i, _ := arm64.Arch().Decode(codeAt, binary.LittleEndian.AppendUint32(nil, c.code))
		if text := arm64.Arch().Format(&i, nil); strings.Fields(text)[0] != strings.Fields(c.text)[0] {
			t.Errorf("%08x is %q, not %q", c.code, text, c.text)
		}
	}
}

// What is stored, and that a register that the base is changes.
func TestStoresWriteWhatTheManualSays(t *testing.T) {
	type in = map[int]uint64
	for _, c := range []struct {
		text   string
		code   uint32
		regs   in
		stored string
		at     table.Addr
		x10    table.Addr
	}{
		{"stp w1, w2, [x10], #8", 0x28810941, in{1: 0x11111111, 2: 0x22222222}, "\x11\x11\x11\x11\x22\x22\x22\x22", dataAt, dataAt + 8},
		{"ldsmax x1, x0, [x10]", 0xf8214140, in{1: 5}, "\x05\x00\x00\x00\x00\x00\x00\x00", dataAt, dataAt},
		{"ldclr w1, w0, [x10]", 0xb8211140, in{1: 0xff}, "\x00\xee\xdd\xcc", dataAt, dataAt},
		{"swpalh w1, w0, [x10]", 0x78e18140, in{1: 0x12345}, "\x45\x23", dataAt, dataAt},
		{"cas x1, x2, [x10]", 0xc8a17d42, in{1: 0x8899aabbccddeeff, 2: 1}, "\x01\x00\x00\x00\x00\x00\x00\x00", dataAt, dataAt},
		{"cas x1, x2, [x10] of another value", 0xc8a17d42, in{1: 7, 2: 1}, "", 0, dataAt},
	} {
		r, err := run(t, c.regs, "", c.code)
		var stored []string
		for _, a := range r.Accesses {
			if a.Kind != interp.AccessRead {
				stored = append(stored, string(a.Data))
				if a.Addr != c.at {
					t.Errorf("%s: it stores at %v", c.text, a.Addr)
				}
			}
		}
		if err != nil || strings.Join(stored, "") != c.stored || r.State.W[arm64.General(10)] != uint64(c.x10) {
			t.Errorf("%s: %x, x10 %#x, %v", c.text, stored, r.State.W[arm64.General(10)], err)
		}
	}
}

// An addition to memory whose old value nobody uses stays an addition.
func TestAdditionsToMemoryAreOneAccess(t *testing.T) {
	for code, uses := range map[uint32]bool{0xf821015f: false, 0xf8210140: true} { // stadd x1, [x10]; ldadd x1, x0, [x10]
		r, err := run(t, map[int]uint64{1: 3}, "", code)
		if err != nil || len(r.Accesses) != 1 || r.Accesses[0].Kind != interp.AccessAdd || r.Accesses[0].Add != 3 || r.Accesses[0].UsesOld != uses {
			t.Errorf("%08x: %+v, %v", code, r.Accesses, err)
		}
	}
}

// A store-exclusive succeeds after the load-exclusive of the same bytes, and is refused otherwise.
func TestStoreExclusiveNeedsItsLoad(t *testing.T) {
	const (
		ldxr   = 0xc85f7d41 // ldxr x1, [x10]
		stxr   = 0xc8027d41 // stxr w2, x1, [x10]
		stxrW  = 0x88027d41 // stxr w2, w1, [x10]
		addOne = 0x91000421 // add x1, x1, #1
		clrex  = 0xd5033f5f
	)
	r, err := run(t, map[int]uint64{2: 9}, "", ldxr, addOne, stxr)
	if err != nil || r.State.W[arm64.General(2)] != 0 || len(r.Accesses) != 2 || r.Accesses[1].Data[1] != 0xef {
		t.Errorf("%+v, %v", r.Accesses, err)
	}
	for _, code := range [][]uint32{{stxr}, {ldxr, clrex, stxr}, {ldxr, stxrW}, {ldxr, stxr, stxr}} {
		if _, err := run(t, nil, "", code...); !errors.Is(err, interp.ErrUnsupported) {
			t.Errorf("%x: %v", code, err)
		}
	}
}

func TestInstructionsAreRefusedByName(t *testing.T) {
	for code, want := range map[uint32]string{
		0x1e622820: "fadd d0, d1, d2",
		0xd503233f: "paciasp",
		0xd65f03c0: "return",
		0xd4000001: "system call",
		0x4ea28420: "add v0.4s, v1.4s, v2.4s",
		0xf8408421: "ldr x1, [x1], #8", // whether the load or the change comes last
		0xd53b0020: "ctr_el0",
	} {
		_, err := run(t, nil, "", code)
		if !errors.Is(err, interp.ErrUnsupported) || !strings.Contains(err.Error(), want) {
			t.Errorf("%08x: %v, want %q", code, err, want)
		}
	}
	if _, err := run(t, map[int]uint64{10: uint64(dataAt + 1)}, "", 0xb8e10140); !errors.Is(err, interp.ErrUnsupported) { // ldaddal
		t.Errorf("not aligned: %v", err)
	}
}

// The area NT_PRFPREG has the registers first.
func TestVectorsComeFromTheArea(t *testing.T) {
	area := make([]byte, 528)
	area[16*3], area[520] = 7, 9
	s := interp.State{}
	if err := Set().LoadVectors(&s, area); err != nil || s.Vec[3][0] != 7 {
		t.Fatalf("%v, %x", err, s.Vec[3])
	}
	s.Vec[31][15] = 5
	if err := Set().StoreVectors(&s, area); err != nil || area[511] != 5 || area[16*3] != 7 || area[520] != 9 {
		t.Errorf("%v, %x", err, area)
	}
	if Set().LoadVectors(&s, area[:100]) == nil || Set().StoreVectors(&s, area[:100]) == nil {
		t.Error("an area that is too short: no error")
	}
}
