package amd64

import (
	"testing"

	"rseqstep/stepper/machine"
)

func TestStoreValueComputesWhatIsWritten(t *testing.T) {
	const old = 0x8000_0000_0000_0005
	for _, c := range []struct {
		name, code string
		want       uint64
	}{
		{"add reg", "48 01 03", old + stored&(1<<64-1)},
		{"add imm8", "48 83 03 ff", old - 1},
		{"add to 4 bytes", "83 03 ff", 4},
		{"or", "48 09 03", old | stored},
		{"adc", "48 11 03", old + stored + 1},
		{"sbb imm", "48 83 1b 02", old - 2 - 1},
		{"and", "48 21 03", old & stored},
		{"sub", "48 29 03", old - stored},
		{"xor imm32", "48 81 33 ff 00 00 00", old ^ 0xff},
		{"inc", "48 ff 03", old + 1},
		{"dec", "48 ff 0b", old - 1},
		{"not", "48 f7 13", 0x7fff_ffff_ffff_fffa},
		{"neg", "48 f7 1b", 0x7fff_ffff_ffff_fffb},
		{"xadd", "f0 48 0f c1 03", old + stored},
		{"xchg", "48 87 03", stored},
		{"cmpxchg that fails", "f0 4c 0f b1 0b", old},
		{"high byte register", "88 23", stored >> 8 & 0xff},
		{"add of a high byte register", "00 23", (5 + stored>>8) & 0xff},
		{"low byte by REX", "40 88 23", (field + 8) & 0xff},
		{"2 bytes", "66 89 03", stored & 0xffff},
		{"movbe of 2 bytes", "66 0f 38 f1 03", 0x8877},
		{"movs", "48 a5", 0xabcd},
		{"push from memory", "ff 36", 0xabcd},
		{"aor", "f2 48 0f 38 fc 03", old | stored},
	} {
		i := decode(t, 0, c.code)
		r := state()
		r.W[EFLAGS] = flagCF
		mem := memory{}
		mem.put64(field, old)
		mem.put64(0x9000, 0xabcd)
		if got, known := i.StoreValue(&r, mem); got != c.want || !known {
			t.Errorf("%s: %#x (%v), not %#x", c.name, got, known, c.want)
		}
	}
	i := decode(t, 0, "f0 4c 0f b1 0b") // cmpxchg %r9,(%rbx)
	r := state()
	mem := memory{}
	mem.put64(field, stored)
	if got, known := i.StoreValue(&r, mem); got != 9 || !known {
		t.Errorf("cmpxchg that succeeds stores %#x (%v)", got, known)
	}
}

func TestStoreValueIsUnknownWithoutItsMemory(t *testing.T) {
	for _, text := range []string{"48 01 03", "48 a5", "48 0f b1 03", "0f 11 03", "48 d1 23", "90", "0f 94 03"} {
		i := decode(t, 0, text)
		r := state()
		for _, mem := range []machine.Memory{nil, memory{}} {
			if v, known := i.StoreValue(&r, mem); known {
				t.Errorf("%s: %#x", text, v)
			}
		}
	}
}

func TestFieldAfterMergesPartialStores(t *testing.T) {
	const old = 0x0102_0304_0506_0708
	for _, c := range []struct {
		name, code string
		offset     int64 // of the store from the field
		want       uint64
		known      bool
	}{
		{"low half", "89 03", 0, 0x0102_0304_5566_7788, true},
		{"high half", "89 03", 4, 0x5566_7788_0506_0708, true},
		{"end of an 8-byte store", "48 89 03", -4, 0x0102_0304_1122_3344, true},
		{"last byte", "88 03", 7, 0x8802_0304_0506_0708, true},
		{"elsewhere", "48 89 03", 8, old, true},
		{"vector", "0f 11 03", 0, 0, false},
	} {
		i := decode(t, 0, c.code)
		r := state()
		r.W[RBX] = field + uint64(c.offset)
		mem := memory{}
		mem.put64(field, old)
		if got, known := i.FieldAfter(&r, mem, field); got != c.want || known != c.known {
			t.Errorf("%s: %#x (%v), not %#x", c.name, got, known, c.want)
		}
	}
	i := decode(t, 0, "90")
	if _, known := i.FieldAfter(regs(machine.Words{}), memory{}, field); known {
		t.Error("a field that cannot be read is known")
	}
}
