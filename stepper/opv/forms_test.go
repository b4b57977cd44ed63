package opv_test

import (
	"encoding/binary"
	"math/rand/v2"

	"rseqstep/stepper/machine"
	"rseqstep/stepper/machine/arm64"
	"rseqstep/stepper/opv"
	"rseqstep/table"
)

// form is a form of arm64's instructions: the bits that they have in common, and those that are chosen
// at random (Arm ARM, C4.1).
type form struct {
	name         string
	code, random uint32
	base         bool   // Rn is the base register of a memory operand
	index        bool   // Rm is its index
	align        bool   // the address must be aligned
	needs        string // in /proc/cpuinfo's Features
}

const (
	anyRd, anyRn, anyRa, anyRm = 0x1f, 0x1f << 5, 0x1f << 10, 0x1f << 16
	threeRegisters             = anyRd | anyRn | anyRm
	is64                       = 1 << 31
	rtBase                     = anyRd | anyRn
	q                          = 1 << 30
)

// forms are those that the interpreter executes.
func forms() []form {
	return []form{
		{name: "adr, adrp", code: 0x10000000, random: is64 | 3<<29 | 0x7ffff<<5 | anyRd},
		{name: "add, sub of an immediate", code: 0x11000000, random: is64 | 3<<29 | 0x1fff<<10 | anyRn | anyRd},
		{name: "logical with an immediate", code: 0x12000000, random: is64 | 3<<29 | 0x1fff<<10 | anyRn | anyRd},
		{name: "movn, movz, movk", code: 0x12800000, random: is64 | 3<<29 | 0x3ffff<<5 | anyRd},
		{name: "sbfm, bfm, ubfm, 4 bytes", code: 0x13000000, random: 3<<29 | 0x1f<<16 | 0x1f<<10 | anyRn | anyRd},
		{name: "sbfm, bfm, ubfm", code: 0x93400000, random: 3<<29 | 0x3f<<16 | 0x3f<<10 | anyRn | anyRd},
		{name: "extr, 4 bytes", code: 0x13800000, random: threeRegisters | 0x1f<<10},
		{name: "extr", code: 0x93c00000, random: threeRegisters | 0x3f<<10},
		{name: "logical with a shifted register", code: 0x0a000000, random: is64 | 3<<29 | 7<<21 | threeRegisters | 0x3f<<10},
		{name: "add, sub of a shifted register", code: 0x0b000000, random: is64 | 3<<29 | 3<<22 | threeRegisters | 0x3f<<10},
		{name: "add, sub of an extended register", code: 0x0b200000, random: is64 | 3<<29 | threeRegisters | 0x3f<<10},
		{name: "adc, sbc", code: 0x1a000000, random: is64 | 3<<29 | threeRegisters},
		{name: "ccmn, ccmp", code: 0x3a400000, random: is64 | q | anyRm | 0xf<<12 | 1<<11 | anyRn | 0xf},
		{name: "csel and the like", code: 0x1a800000, random: is64 | q | threeRegisters | 0xf<<12 | 1<<10},
		{name: "udiv, sdiv", code: 0x1ac00800, random: is64 | threeRegisters | 1<<10},
		{name: "shifts by a register", code: 0x1ac02000, random: is64 | threeRegisters | 3<<10},
		{name: "rbit, rev, clz, cls", code: 0x5ac00000, random: is64 | 7<<10 | anyRn | anyRd},
		{name: "madd, msub", code: 0x1b000000, random: is64 | threeRegisters | 1<<15 | anyRa},
		{name: "smaddl, umaddl and the like", code: 0x9b200000, random: threeRegisters | 1<<23 | 1<<15 | anyRa},
		{name: "smulh, umulh", code: 0x9b407c00, random: threeRegisters | 1<<23},
		{name: "b", code: 0x14000002},
		{name: "b.cond", code: 0x54000040, random: 0xf},
		{name: "cbz, cbnz", code: 0x34000040, random: is64 | 1<<24 | anyRd},
		{name: "tbz, tbnz", code: 0x36000040, random: is64 | 1<<24 | 0x1f<<19 | anyRd},
		{name: "mrs of nzcv", code: 0xd53b4200, random: anyRd},
		{name: "msr of nzcv", code: 0xd51b4200, random: anyRd},
		{name: "mrs of tpidr_el0", code: 0xd53bd040, random: anyRd},
		{name: "dmb", code: 0xd5033bbf},
		{name: "nop", code: 0xd503201f},

		{name: "unscaled, before and after", code: 0x38000000, random: 3<<30 | 3<<22 | 0x1ff<<12 | 3<<10 | rtBase, base: true},
		{name: "unsigned offset", code: 0x39000000, random: 3<<30 | 3<<22 | 0x3f<<10 | rtBase, base: true},
		{name: "register offset", code: 0x38200800, random: 3<<30 | 3<<22 | anyRm | 0xf<<12 | rtBase, base: true, index: true},
		{name: "pair", code: 0x28000000, random: 3<<30 | 7<<22 | 0x7f<<15 | anyRa | rtBase, base: true},
		{name: "pair of vectors", code: 0x2c000000, random: 3<<30 | 7<<22 | 0x7f<<15 | anyRa | rtBase, base: true},
		{name: "vector, unscaled, before and after", code: 0x3c000000, random: 3<<30 | 3<<22 | 0x1ff<<12 | 3<<10 | rtBase, base: true},
		{name: "vector, unsigned offset", code: 0x3d000000, random: 3<<30 | 3<<22 | 0x3f<<10 | rtBase, base: true},
		{name: "vector, register offset", code: 0x3c200800, random: 3<<30 | 3<<22 | anyRm | 0xf<<12 | rtBase, base: true, index: true},
		{name: "ld1, st1", code: 0x0c000000, random: q | 1<<22 | 0xf<<12 | 3<<10 | rtBase, base: true},
		{name: "ld1, st1, after", code: 0x0c800000, random: q | 1<<22 | anyRm | 0xf<<12 | 3<<10 | rtBase, base: true},
		{name: "ldar, stlr", code: 0x089ffc00, random: 3<<30 | 1<<22 | rtBase, base: true, align: true},
		{name: "ldxr, ldaxr", code: 0x085f7c00, random: 3<<30 | 1<<15 | rtBase, base: true, align: true},
		{name: "ldxp, ldaxp", code: 0x887f0000, random: q | 1<<15 | anyRa | rtBase, base: true, align: true},
		{name: "ldapr", code: 0x38bfc000, random: 3<<30 | rtBase, base: true, align: true, needs: "lrcpc"},
		{name: "ldapur, stlur", code: 0x19000000, random: 3<<30 | 3<<22 | rtBase, base: true, align: true, needs: "ilrcpc"},
		{name: "cas", code: 0x08a07c00, random: 3<<30 | 1<<22 | 1<<15 | anyRm | rtBase, base: true, align: true, needs: "atomics"},
		// Not with x30, whose partner is the zero register: qemu 7.2 writes SP then.
		{name: "casp", code: 0x08207c00, random: q | 1<<22 | 1<<15 | 7<<17 | anyRn | 0xf<<1, base: true, align: true, needs: "atomics"},
		{name: "ldadd and the like", code: 0x38200000, random: 3<<30 | 3<<22 | anyRm | 7<<12 | rtBase, base: true, align: true, needs: "atomics"},
		{name: "swp", code: 0x38208000, random: 3<<30 | 3<<22 | anyRm | rtBase, base: true, align: true, needs: "atomics"},
		{name: "prfm", code: 0xf9800000, random: 0x3f<<10 | rtBase, base: true},

		{name: "fmov of a general register", code: 0x1e260000, random: is64 | 1<<22 | 1<<16 | anyRn | anyRd},
		{name: "fmov of the upper half", code: 0x9eae0000, random: 1<<16 | anyRn | anyRd},
		{name: "fmov", code: 0x1e204000, random: 1<<22 | anyRn | anyRd},
		{name: "bitwise", code: 0x0e201c00, random: q | 1<<29 | 3<<22 | threeRegisters},
		{name: "movi, mvni", code: 0x0f000400, random: q | 1<<29 | 7<<16 | 0xf<<12 | 0x1f<<5 | anyRd},
		{name: "dup", code: 0x0e000c00, random: q | threeRegisters},
		{name: "ins", code: 0x4e001c00, random: threeRegisters},
		{name: "umov", code: 0x0e003c00, random: q | threeRegisters},
	}
}

// instance is one instruction of a form and a state to execute it in.
func (f *form) instance(random *rand.Rand, base machine.Regs, data table.Addr) (code []byte, s opv.State, memory []byte) {
	w := f.code | random.Uint32()&f.random
	s, memory = generateARM(random, base)
	if f.base {
		at := uint64(data) + arena/2
		if n := int(w >> 5 & 31); n == 31 || f.align {
			s.W[arm64.General(n)] = at + 16*uint64(random.IntN(8))
		} else {
			s.W[arm64.General(n)] = at + uint64(random.IntN(64))
		}
		if n := int(w >> 16 & 31); f.index && n == int(w>>5&31) { // they differ
			w ^= 1 << 16
		}
		if n := int(w >> 16 & 31); f.index && n != 31 {
			value := uint64(random.IntN(64))
			if w>>15&1 == 1 { // signed
				value -= 32
			}
			if w>>13&1 == 0 { // of 32 bits: what is above does not count
				value = value&(1<<32-1) | random.Uint64()<<32
			}
			s.W[arm64.General(n)] = value
		}
		if random.IntN(4) == 0 && w>>5&31 != 31 {
			s.W[arm64.General(int(w>>5&31))] |= random.Uint64() << 56 // a tag
		}
	}
	return binary.LittleEndian.AppendUint32(nil, w), s, memory
}

// generateARM makes a state: edge values and random ones in registers, flags and memory.
func generateARM(random *rand.Rand, base machine.Regs) (opv.State, []byte) {
	s := opv.State{Regs: base}
	value := func() uint64 {
		if list := edges(); random.IntN(2) == 0 {
			return list[random.IntN(len(list))]
		}
		return random.Uint64() >> random.IntN(64)
	}
	for n := range 31 {
		s.W[arm64.General(n)] = value()
	}
	s.W[arm64.SP] = value() &^ 15
	s.ForgetSyscall()
	s.W[arm64.PSTATE] = s.W[arm64.PSTATE]&^(15<<28) | random.Uint64()&(15<<28)
	count, size := vectorsOf(arm64.Arch())
	for n := range count {
		for k := range size {
			s.Vec[n][k] = byte(random.Uint32())
		}
	}
	memory := make([]byte, arena)
	for n := 0; n < len(memory); n += 8 {
		binary.LittleEndian.PutUint64(memory[n:], value())
	}
	// Some compares find what they look for.
	for _, n := range []int{0, 2, 4, 6} {
		if random.IntN(2) == 0 {
			binary.LittleEndian.PutUint64(memory[arena/2+16*random.IntN(8):], s.W[arm64.General(n)])
		}
	}
	return s, memory
}
