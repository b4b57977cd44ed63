package rseq_test

import (
	"testing"

	"rseqstep/stepper/machine"
	"rseqstep/stepper/rseq"
	"rseqstep/table"
)

// A function with one section, whose abort handler stands elsewhere.
const (
	lea    = table.Addr(0x401000) // lea of the descriptor's address, 7 bytes
	arm    = table.Addr(0x401007) // mov %rax,%fs:8
	start  = table.Addr(0x401010)
	branch = table.Addr(0x401016) // je side
	final  = table.Addr(0x40101b) // the section's only store
	end    = table.Addr(0x40101e)
	side   = table.Addr(0x401040)
	abort  = table.Addr(0x402000)
	desc   = table.Addr(0x404000)
)

// A section with an exit into the middle of another one.
const (
	outer      = table.Addr(0x401110)
	outerEnd   = table.Addr(0x401118)
	inner      = table.Addr(0x401128)
	innerEnd   = table.Addr(0x401138)
	outerAbort = table.Addr(0x402020)
	innerAbort = table.Addr(0x402040)
)

// A section that begins with its arming store.
const (
	selfArming = table.Addr(0x401200)
	selfEnd    = table.Addr(0x40120c)
	selfAbort  = table.Addr(0x402060)
	selfDesc   = table.Addr(0x404060)
)

// A section whose exit address is in a register.
const (
	blind      = table.Addr(0x401300)
	blindAbort = table.Addr(0x402080)
)

// mapped returns 16 KiB of a module's text and data, filled with one-byte nops.
func mapped() *memory {
	m := &memory{bytes: map[table.Addr]byte{}}
	for a := table.Addr(0x401000); a < 0x405000; a++ {
		m.put(a, 0x90)
	}
	return m
}

// program returns the code above, its descriptors and its symbols.
func program(t testing.TB) (*rseq.Sections, *memory, *symbols) {
	t.Helper()
	m := mapped()
	m.code(t, lea, "48 8d 05 f9 2f 00 00")           // lea desc(%rip),%rax
	m.code(t, arm, "64 48 89 04 25 08 00 00 00")     // mov %rax,%fs:8
	m.code(t, start, "48 8b 07 48 85 c0 74 28")      // mov (%rdi),%rax; test %rax,%rax; je side
	m.code(t, 0x401018, "48 ff c0 48 89 07")         // inc %rax; mov %rax,(%rdi)
	m.code(t, end, "31 c0 c3")                       // xor %eax,%eax; ret
	m.code(t, side, "b8 01 00 00 00 c3")             // mov $1,%eax; ret
	m.code(t, abort-4, "53 30 05 53 e9 fb ef ff ff") // the signature; jmp lea
	m.descriptor(desc, start, uint64(end-start), abort)

	m.code(t, 0x401100, "48 8d 05 19 2f 00 00 64 48 89 04 25 08 00 00 00")
	m.code(t, outer, "48 85 ff 74 1b 48 89 07 c3") // test %rdi,%rdi; je 0x401130; mov %rax,(%rdi); ret
	m.code(t, 0x401130, "48 89 07")                // mov %rax,(%rdi)
	m.code(t, innerEnd, "c3")
	m.code(t, outerAbort-4, "53 30 05 53 c3")
	m.code(t, innerAbort-4, "53 30 05 53 c3")

	m.code(t, 0x4011f9, "48 8d 05 60 2e 00 00")                     // lea selfDesc(%rip),%rax
	m.code(t, selfArming, "64 48 89 04 25 08 00 00 00 48 89 07 c3") // mov %rax,%fs:8; mov %rax,(%rdi); ret
	m.code(t, selfAbort-4, "53 30 05 53 c3")
	m.code(t, blind, "48 89 07 ff e1 90") // mov %rax,(%rdi); jmp *%rcx; nop
	m.code(t, blindAbort-4, "53 30 05 53 c3")

	sym := &symbols{functions: []function{
		{"f", []machine.Range{{Low: lea, High: 0x401080}}},
		{"g", []machine.Range{{Low: 0x401100, High: 0x401140}}},
		{"h", []machine.Range{{Low: 0x4011f0, High: 0x401220}}},
		{"k", []machine.Range{{Low: 0x4012f0, High: 0x401320}}},
	}}
	s := process(m, sym,
		section{desc, start, end, abort},
		section{0x404020, outer, outerEnd, outerAbort},
		section{0x404040, inner, innerEnd, innerAbort},
		section{selfDesc, selfArming, selfEnd, selfAbort},
		section{0x404080, blind, blind + 6, blindAbort},
	)
	return s, m, sym
}
