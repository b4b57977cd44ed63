package amd64

import (
	"testing"

	"rseqstep/stepper/machine"
	"rseqstep/table"
)

const (
	field  = 0x7000_0008 // address of the tests' rseq_cs field
	stored = 0x1122_3344_5566_7788
)

// state has fs at the thread's control block, 0x7000_0000, and distinct values
// in every register.
func state() machine.Regs {
	return Regs(machine.Words{RAX: stored, RCX: 2, RDX: 0x7000_0000, RBX: field, RSP: field + 8, RBP: 0x7000_0000, RSI: 0x9000, RDI: field,
		R8: 0xffff_ffff_7000_0008, R9: 9, R10: 0x1000, R11: 0x8000_0000_0000_0000, R12: 0x7000_0000, R13: 0x7000_0000, R14: 14, R15: stored,
		FSBase: 0x7000_0000, GSBase: 0x6fff_0000, RIP: 0x1000})
}

func TestArmsSeesEveryFormOfStore(t *testing.T) {
	for _, c := range []struct {
		name, code string
		value      uint64
		known      bool
	}{
		{"mov %rax,%fs:8", "64 48 89 04 25 08 00 00 00", stored, true},
		{"mov %rax,(%rbx)", "48 89 03", stored, true},
		{"mov %r15,8(%rdx)", "4c 89 7a 08", stored, true},
		{"mov %r15,8(%r12)", "4d 89 7c 24 08", stored, true},
		{"mov %r15,8(%r13)", "4d 89 7d 08", stored, true},
		{"mov %rax,(%rdx,%rcx,4)", "48 89 04 8a", stored, true},
		{"mov %rax,%gs:0x10008(,%r9,0)…", "65 48 89 04 25 08 00 01 00", stored, true},
		{"mov %rax,(%rip)", "48 89 05 01 f0 ff 6f", stored, true},
		{"mov %rax,(%r8d)", "67 49 89 00", stored, true},
		{"mov %rax,moffs", "48 a3 08 00 00 70 00 00 00 00", stored, true},
		{"movq $-5,(%rbx)", "48 c7 03 fb ff ff ff", 0xffff_ffff_ffff_fffb, true},
		{"movq $0,(%rbx)", "48 c7 03 00 00 00 00", 0, true},
		{"xchg %rax,(%rbx)", "48 87 03", stored, true},
		{"movnti %rax,(%rbx)", "48 0f c3 03", stored, true},
		{"movbe %rax,(%rbx)", "48 0f 38 f1 03", 0x8877_6655_4433_2211, true},
		{"movdiri %rax,(%rbx)", "48 0f 38 f9 03", stored, true},
		{"push %rax", "50", stored, true},
		{"push %r15", "41 57", stored, true},
		{"push $-2", "6a fe", 0xffff_ffff_ffff_fffe, true},
		{"push $0x10000", "68 00 00 01 00", 0x10000, true},
		{"push (%rsi)", "ff 36", 0, false},
		{"push %rax by FF", "ff f0", stored, true},
		{"pushf", "9c", 0, false},
		{"call", "e8 00 00 00 00", 0x1005, true},
		{"call *%rax", "ff d0", 0x1002, true},
		{"call *(%rax)", "ff 10", 0x1002, true},
		{"enter", "c8 00 00 00", 0x7000_0000, true},
		{"pop (%rbx)", "8f 03", 0, false},
		{"stos", "48 ab", stored, true},
		{"rep stos", "f3 48 ab", stored, true},
		{"movs", "48 a5", 0, false},
		{"ins", "6d", 0, false},
		{"add %rax,(%rbx)", "48 01 03", 0, false},
		{"addq $1,(%rbx)", "48 83 03 01", 0, false},
		{"incq (%rbx)", "48 ff 03", 0, false},
		{"negq (%rbx)", "48 f7 1b", 0, false},
		{"shlq (%rbx)", "48 d1 23", 0, false},
		{"xadd", "f0 48 0f c1 03", 0, false},
		{"cmpxchg", "f0 48 0f b1 03", 0, false},
		{"cmpxchg16b", "48 0f c7 0b", 0, false},
		{"bts imm", "48 0f ba 2b 01", 0, false},
		{"bts %rcx,(%rbx)", "48 0f ab 0b", 0, false},
		{"setz (%rbx)", "0f 94 03", 0, false},
		{"movaps", "0f 29 45 00", 0, false},
		{"movups", "0f 11 03", 0, false},
		{"movdqu", "f3 0f 7f 03", 0, false},
		{"movq xmm", "66 0f d6 03", 0, false},
		{"movq %xmm,r/m64", "66 48 0f 7e 03", 0, false},
		{"movhps", "0f 17 03", 0, false},
		{"maskmovdqu", "66 0f f7 c1", 0, false},
		{"vmovdqu", "c5 fe 7f 03", 0, false},
		{"vmovups zmm, disp8 of 64", "62 f1 7c 48 11 43 ff", 0, false},
		{"vextractf128", "c4 e3 7d 19 03 01", 0, false},
		{"pextrq", "66 48 0f 3a 16 03 01", 0, false},
		{"kmovq", "c4 e1 f8 91 03", 0, false},
		{"fstp", "dd 1b", 0, false},
		{"fxsave", "0f ae 03", 0, false},
		{"xsavec", "0f c7 23", 0, false},
		{"movdir64b", "66 0f 38 f8 1e", 0, false},
		{"sttilecfg", "c4 e2 79 49 03", 0, false},
		{"sgdt", "0f 01 03", 0, false},
	} {
		i := decode(t, 0x1000, c.code)
		r := state()
		switch c.name {
		case "movaps", "vmovups zmm, disp8 of 64":
			r.W[RBX] += 56 // the field's bytes are the store's last ones
		}
		writes, value, known := i.Arms(&r, field)
		if !writes || value != c.value || known != c.known {
			addr, size, ok := i.StoreAddress(&r)
			t.Errorf("%s: writes %v, %#x (known: %v), not %#x (%v); it stores %d bytes at %v (%v)",
				c.name, writes, value, known, c.value, c.known, size, addr, ok)
		}
		if after := (memory{}); known {
			if v, ok := i.FieldAfter(&r, after, field); !ok || v != value {
				t.Errorf("%s: the field holds %#x (%v) afterwards", c.name, v, ok)
			}
		}
	}
}

func TestArmsLeavesOutWhatOnlyReadsOrStoresElsewhere(t *testing.T) {
	for name, text := range map[string]string{
		"mov (%rbx),%rax":            "48 8b 03",
		"cmp %rax,(%rbx)":            "48 39 03",
		"cmpq $1,(%rbx)":             "48 83 3b 01",
		"test %rax,(%rbx)":           "48 85 03",
		"lea (%rbx),%rax":            "48 8d 03",
		"mulq (%rbx)":                "48 f7 23",
		"bt $1,(%rbx)":               "48 0f ba 23 01",
		"prefetchw (%rbx)":           "0f 0d 0b",
		"nopl (%rbx)":                "0f 1f 03",
		"movups (%rbx),%xmm0":        "0f 10 03",
		"movq (%rbx),%xmm0":          "f3 0f 7e 03",
		"vmovdqu (%rbx),%ymm0":       "c5 fe 6f 03",
		"crc32 (%rbx),%rax":          "f2 48 0f 38 f1 03",
		"clflush (%rbx)":             "0f ae 3b",
		"fldl (%rbx)":                "dd 03",
		"jmp *(%rbx)":                "ff 23",
		"mov %rax,%rbx":              "48 89 c3",
		"mov %rax,8(%rbx)":           "48 89 43 08",
		"mov %rax,-8(%rbx)":          "48 89 43 f8",
		"mov %al,-1(%rbx)":           "88 43 ff",
		"pop %rax":                   "58",
		"ret":                        "c3",
		"vpscatterdd %zmm0,(%rbx,…)": "62 f2 7d 49 a0 04 0b",
	} {
		i := decode(t, 0x1000, text)
		r := state()
		if writes, _, _ := i.Arms(&r, field); writes {
			t.Errorf("%s is said to write the field", name)
		}
	}
}

func TestArmsSeesPartOfTheFieldWritten(t *testing.T) {
	i := decode(t, 0, "89 03") // mov %eax,(%rbx): 4 bytes
	for offset := -6; offset <= 10; offset++ {
		r := state()
		r.W[RBX] = field + uint64(int64(offset))
		want := offset > -4 && offset < 8
		if writes, _, known := i.Arms(&r, field); writes != want || known {
			t.Errorf("4 bytes at offset %d: writes %v, known %v", offset, writes, known)
		}
	}
}

func TestArmsFollowsTheCountOfRepeats(t *testing.T) {
	for text, counts := range map[string]map[uint64]bool{
		"f3 48 ab":    {0: false, 1: true, 1 << 32: true},
		"67 f3 48 ab": {0: false, 1: true, 1 << 32: false},
	} {
		i := decode(t, 0, text)
		for count, want := range counts {
			r := state()
			r.W[RCX] = count
			if writes, _, _ := i.Arms(&r, field); writes != want {
				t.Errorf("%s with rcx %#x: writes %v", text, count, writes)
			}
		}
	}
}

func TestStoreAddressWrapsAndFollowsSegments(t *testing.T) {
	for _, c := range []struct {
		name, code string
		want       table.Addr
	}{
		{"base and index wrap", "4b 89 04 13", 0x8000_0000_0000_1000}, // (%r11,%r10,1)
		{"index only", "4a 89 04 d5 10 00 00 00", 0x8010},             // 0x10(,%r10,8)
		{"no base, no index", "48 89 04 25 00 00 00 80", 0xffff_ffff_8000_0000},
		{"fs with base", "64 48 89 42 08", 0xe000_0008},
		{"fs stands although cs follows", "64 2e 48 89 04 25 08 00 00 00", 0x7000_0008},
		{"the last of fs and gs counts", "64 65 48 89 04 25 08 00 00 00", 0x6fff_0008},
		{"ds changes nothing", "3e 48 89 03", field},
		{"rsp as base", "48 89 44 24 f8", field},
		{"32-bit address below zero", "67 48 89 42 80", 0x6fff_ff80},
		{"32-bit address, then fs", "64 67 48 89 04 25 f8 ff ff ff", 0x1_6fff_fff8},
		{"negative fs offset", "64 48 89 04 25 f8 ff ff ff", 0x6fff_fff8},
		{"pop to rsp-relative", "8f 44 24 08", field + 8 + 8 + 8},
		{"bts by register, forward", "48 0f ab 03", field + (stored>>6)*8},
	} {
		i := decode(t, 0x1000, c.code)
		r := state()
		if addr, _, ok := i.StoreAddress(&r); addr != c.want || !ok {
			t.Errorf("%s: %v (%v), not %v", c.name, addr, ok, c.want)
		}
	}
	back := decode(t, 0, "0f ab 03") // bts %eax,(%rbx)
	r := Regs(machine.Words{RBX: 0x1000, RAX: 0xffff_ffff})
	if addr, size, _ := back.StoreAddress(&r); addr != 0xffc || size != 4 {
		t.Errorf("bit -1 is in %d bytes at %v", size, addr)
	}
}
