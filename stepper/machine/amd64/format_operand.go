package amd64

import (
	"fmt"
	"strings"

	"golang.org/x/arch/x86/x86asm"

	"rseqstep/stepper/machine"
)

// marker replaces the memory operand while x86asm prints, and markerText is its
// printed form. The displacement is an arbitrary number that does not occur
// otherwise and that the text shows unchanged.
const (
	markerDisp = 0x1badd1e5
	markerText = "0x1badd1e5(%r13)"
)

// printWithOperand prints an instruction that has a ModRM memory operand, and
// prints that operand itself: x86asm v0.32 prints negative 32-bit displacements
// of rbp as positive numbers, drops an absolute address of 0, interprets bytes
// of a VEX or EVEX prefix as segment prefixes, and omits "(%rip)" after those.
func (d *decoder) printWithOperand(inst x86asm.Inst) string {
	pc := uint64(d.addr)
	plain := x86asm.GNUSyntax(inst, pc, nil)
	disp := d.mem.Disp
	found := false
	for n, arg := range inst.Args {
		m, ok := arg.(x86asm.Mem)
		if !ok {
			continue
		}
		if m.Index != 0 && m.Index > x86asm.R15 { // a vector of addresses
			return plain
		}
		if d.encoding == evex && d.disp8 {
			disp = m.Disp // its unit depends on the instruction; x86asm has determined it
		}
		inst.Args[n] = x86asm.Mem{Segment: m.Segment, Base: x86asm.R13, Disp: markerDisp}
		found = true
	}
	if !found {
		return plain
	}
	before, after, ok := strings.Cut(x86asm.GNUSyntax(inst, pc, nil), markerText)
	if !ok {
		return plain
	}
	if n := len(before) - len("%fs:"); n >= 0 && before[n] == '%' && before[len(before)-1] == ':' {
		before = before[:n]
	}
	return before + d.operandText(disp) + after
}

// operandText is the ModRM operand in GNU syntax.
func (d *decoder) operandText(disp int64) string {
	var b strings.Builder
	b.WriteString(map[machine.Reg]string{FSBase: "%fs:", GSBase: "%gs:"}[d.mem.Segment])
	name := func(r machine.Reg) string {
		if d.short {
			return shortName(r)
		}
		return wideName(r)
	}
	if d.mem.PCRelative {
		ip := "(%rip)"
		if d.short {
			ip = "(%eip)"
		}
		disp -= int64(d.next())
		b.WriteString(hexText(disp) + ip)
		return b.String()
	}
	if d.mem.Base == machine.NoReg && d.mem.Index == machine.NoReg {
		fmt.Fprintf(&b, "%#x", uint64(disp))
		return b.String()
	}
	if disp != 0 {
		b.WriteString(hexText(disp))
	}
	b.WriteByte('(')
	if d.mem.Base != machine.NoReg {
		b.WriteString("%" + name(d.mem.Base))
	}
	if d.mem.Index != machine.NoReg {
		fmt.Fprintf(&b, ",%%%s,%d", name(d.mem.Index), d.mem.Scale)
	}
	b.WriteByte(')')
	return b.String()
}

// wideName is a general register's name in GNU syntax, without the percent sign.
func wideName(x machine.Reg) string { return names[x] }

// shortName is the name of its low 32 bits.
func shortName(x machine.Reg) string {
	name := wideName(x)
	if name[1] <= '9' { // r8 to r15
		return name + "d"
	}
	return "e" + name[1:]
}

// hexText is a signed number in objdump's form of displacements.
func hexText(v int64) string {
	if v < 0 {
		return fmt.Sprintf("-%#x", uint64(-v))
	}
	return fmt.Sprintf("%#x", v)
}
