package amd64

import (
	"testing"

	"rseqstep/table"
)

func TestFormatWritesGNUSyntax(t *testing.T) {
	names := func(addr table.Addr) (string, table.Addr) {
		if addr >= 0x2000 && addr < 0x3000 {
			return "f", 0x2000
		}
		return "", 0
	}
	for text, want := range map[string]string{
		"64 48 89 04 25 08 00 00 00": "mov %rax,%fs:0x8",
		"48 8b 85 18 ff ff ff":       "mov -0xe8(%rbp),%rax", // x86asm: 0xffffff18(%rbp)
		"8b 04 25 00 00 00 00":       "mov 0x0,%eax",         // x86asm: no address at all
		"c4 e2 65 3b 67 61":          "vpminud 0x61(%rdi),%ymm3,%ymm4",
		"c5 fb 58 0d f8 0f 00 00":    "vaddsd 0xff8(%rip),%xmm0,%xmm1        # 0x2000 <f>",
		"48 8d 05 00 10 00 00":       "lea 0x1000(%rip),%rax        # 0x2007 <f+0x7>",
		"48 8d 05 00 20 00 00":       "lea 0x2000(%rip),%rax        # 0x3007",
		"e8 fb 0f 00 00":             "callq 0x2000 <f>",
		"74 0e":                      "je 0x1010",
		"ff e0":                      "jmp *%rax",
		"f3 0f 1e fa":                "endbr64",
		"0f 01 ee":                   "rdpkru",
		"0f 05":                      "syscall",
		"67 48 89 42 80":             "mov %rax,-0x80(%edx)",
		"8f ea 78 10 c0 01 02 03 04": ".byte 0x8f,0xea,0x78,0x10,0xc0,0x01,0x02,0x03,0x04",
	} {
		i := decode(t, 0x1000, text)
		if got := Arch().Format(&i, names); got != want {
			t.Errorf("%s: %q, not %q", text, got, want)
		}
	}
}
