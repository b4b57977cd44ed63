package amd64

import (
	"fmt"
	"strings"

	"golang.org/x/arch/x86/x86asm"

	"rseqstep/stepper/machine"
	"rseqstep/table"
)

// Format writes an instruction in GNU (AT&T) syntax. With a nil symname
// addresses are numbers. The address of a PC-relative operand follows as a
// comment. An instruction that x86asm cannot print is shown as its bytes,
// unless bareMnemonic has it.
func (decoding) Format(i *machine.Insn, symname machine.SymName) string {
	if name := bareMnemonic(string(i.Bytes())); name != "" {
		return name
	}
	text, ok := gnuSyntax(i, symname)
	if !ok {
		return rawBytes(i)
	}
	return text
}

// asDecoded is x86asm's reading of an instruction; ok is false if it is not that of Decode.
func asDecoded(i *machine.Insn) (inst x86asm.Inst, ok bool) {
	inst, err := x86asm.Decode(i.Bytes(), 64)
	return inst, err == nil && inst.Len == int(i.Len) && inst.Op != 0
}

// gnuSyntax uses x86asm; ok is false if x86asm reads the bytes differently from Decode.
func gnuSyntax(i *machine.Insn, symname machine.SymName) (text string, ok bool) {
	defer func() {
		// x86asm's printer indexes tables by the decoded values; a form that
		// its tables lack must not crash the debugger.
		if recover() != nil {
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
		text = x86asm.GNUSyntax(inst, uint64(i.Addr), nil)
	} else {
		text = d.printWithOperand(inst)
	}
	switch {
	case i.Target != 0:
		// x86asm would print the symbol in place of the address.
		mnemonic, _, _ := strings.Cut(text, " 0x")
		text = mnemonic + " " + symname.Text(i.Target)
	case d.mem.PCRelative:
		text += "        # " + symname.Text(table.Addr(d.mem.Disp))
	}
	return text, true
}

// rawBytes shows the bytes of an instruction without a known name.
func rawBytes(i *machine.Insn) string {
	hex := make([]string, i.Len)
	for n, b := range i.Bytes() {
		hex[n] = fmt.Sprintf("%#02x", b)
	}
	text := ".byte " + strings.Join(hex, ",")
	if i.Kind != machine.Plain {
		text += "        # " + i.Kind.String()
	}
	return text
}

// bareMnemonic is the name of an instruction without operands that x86asm lacks
// or names differently (Intel SDM volume 2; clzero: AMD APM volume 3).
func bareMnemonic(code string) string {
	switch code {
	case "\xf3\x0f\x1e\xfa":
		return "endbr64"
	case "\xf3\x0f\x1e\xfb":
		return "endbr32"
	case "\x0f\x01\xee":
		return "rdpkru"
	case "\x0f\x01\xef":
		return "wrpkru"
	case "\x0f\x01\xca":
		return "clac"
	case "\x0f\x01\xcb":
		return "stac"
	case "\x0f\x01\xe8":
		return "serialize"
	case "\x0f\x01\xfc":
		return "clzero"
	case "\xf3\x0f\x01\xec":
		return "uiret"
	case "\xf3\xc3":
		return "repz ret"
	}
	return ""
}
