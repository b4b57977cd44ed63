package amd64

import (
	"fmt"
	"strings"

	"golang.org/x/arch/x86/x86asm"

	"rseqstep/stepper/machine"
	"rseqstep/table"
)

// intelMarker is markerText in Intel syntax.
const intelMarker = "[r13+0x1badd1e5]"

// FormatIntel implements machine.IntelFormatter, as Format does for GNU syntax.
func (decoding) FormatIntel(i *machine.Insn, symname machine.SymName) string {
	if name := bareMnemonic(string(i.Bytes())); name != "" {
		return name
	}
	text, ok := intelSyntax(i, symname)
	if !ok {
		return rawBytes(i)
	}
	return text
}

// intelSyntax is gnuSyntax for Intel's.
func intelSyntax(i *machine.Insn, symname machine.SymName) (text string, ok bool) {
	defer func() {
		if recover() != nil { // as in gnuSyntax
			text, ok = "", false
		}
	}()
	inst, ok := asDecoded(i)
	if !ok {
		return "", false
	}
	d := decoder{code: i.Bytes(), addr: i.Addr}
	var again machine.Insn
	if d.decode(&again) != nil || !d.inMemory() {
		text = x86asm.IntelSyntax(inst, uint64(i.Addr), nil)
	} else if text, ok = d.intelOperand(inst); !ok {
		return "", false
	}
	text = strings.Replace(text, ", ptr [", ", [", 1) // lea: the operand has no size
	if mnemonic, rest, _ := strings.Cut(text, " "); asGDB(mnemonic) != mnemonic {
		text = asGDB(mnemonic) + " " + rest
	}
	switch {
	case i.Target != 0:
		mnemonic, _, _ := strings.Cut(text, " 0x")
		mnemonic, _, _ = strings.Cut(mnemonic, " .") // x86asm's relative form
		text = mnemonic + " " + symname.Text(i.Target)
	case d.mem.PCRelative:
		text += "        # " + symname.Text(table.Addr(d.mem.Disp))
	}
	return text, true
}

// asGDB returns the name by which gdb shows an instruction on the condition "zero".
func asGDB(mnemonic string) string {
	for _, stem := range []string{"j", "set", "cmov"} {
		switch mnemonic {
		case stem + "z":
			return stem + "e"
		case stem + "nz":
			return stem + "ne"
		}
	}
	return mnemonic
}

// intelOperand is printWithOperand for Intel's syntax. ok is false if the operand is not found
// in what x86asm prints.
func (d *decoder) intelOperand(inst x86asm.Inst) (text string, ok bool) {
	pc := uint64(d.addr)
	disp := d.mem.Disp
	found := false
	for n, arg := range inst.Args {
		m, ok := arg.(x86asm.Mem)
		if !ok {
			continue
		}
		if m.Index != 0 && m.Index > x86asm.R15 { // a vector of addresses
			return x86asm.IntelSyntax(inst, pc, nil), true
		}
		if d.encoding == evex && d.disp8 {
			disp = m.Disp
		}
		inst.Args[n] = x86asm.Mem{Segment: m.Segment, Base: x86asm.R13, Disp: markerDisp}
		found = true
	}
	plain := x86asm.IntelSyntax(inst, pc, nil)
	if !found {
		return plain, true
	}
	before, after, ok := strings.Cut(plain, intelMarker)
	if !ok {
		return "", false
	}
	for _, segment := range []string{"cs:", "ds:", "es:", "ss:", "fs:", "gs:"} {
		before = strings.TrimSuffix(before, segment)
	}
	return before + d.intelText(disp) + after, true
}

// intelText is the ModRM operand in Intel syntax.
func (d *decoder) intelText(disp int64) string {
	segment := map[machine.Reg]string{FSBase: "fs:", GSBase: "gs:"}[d.mem.Segment]
	name := func(r machine.Reg) string {
		if d.short {
			return shortName(r)
		}
		return wideName(r)
	}
	var parts []string
	switch {
	case d.mem.PCRelative && d.short:
		parts, disp = []string{"eip"}, disp-int64(d.next())
	case d.mem.PCRelative:
		parts, disp = []string{"rip"}, disp-int64(d.next())
	case d.mem.Base == machine.NoReg && d.mem.Index == machine.NoReg:
		return fmt.Sprintf("%s[%#x]", segment, uint64(disp))
	}
	if d.mem.Base != machine.NoReg && !d.mem.PCRelative {
		parts = append(parts, name(d.mem.Base))
	}
	if d.mem.Index != machine.NoReg {
		parts = append(parts, fmt.Sprintf("%s*%d", name(d.mem.Index), d.mem.Scale))
	}
	text := strings.Join(parts, "+")
	switch {
	case disp < 0:
		text += hexText(disp)
	case disp > 0:
		text += "+" + hexText(disp)
	}
	return segment + "[" + text + "]"
}
