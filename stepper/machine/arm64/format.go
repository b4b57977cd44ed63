package arm64

import (
	"fmt"
	"regexp"
	"strings"

	"golang.org/x/arch/arm64/arm64asm"

	"rseqstep/stepper/machine"
	"rseqstep/table"
)

// Format writes an instruction in GNU syntax. With a nil symname addresses are numbers. An
// instruction that neither arm64asm nor newer knows is shown as its word.
func (decoding) Format(i *machine.Insn, symname machine.SymName) string {
	text, ok := newer(i), true
	if text == "" {
		text, ok = gnuSyntax(i)
	}
	if !ok {
		return rawWord(i)
	}
	if to, ok := target(i); ok {
		if n := strings.LastIndex(text, " ."); n >= 0 { // arm64asm writes the distance
			text = text[:n+1] + symname.Text(to)
		}
	}
	return text
}

// target is the address that an instruction has as its operand.
func target(i *machine.Insn) (table.Addr, bool) {
	if i.Target != 0 {
		return i.Target, true
	}
	switch w := wordOf(i.Bytes()); {
	case w.bits(29, 27) == 3 && w.bits(25, 24) == 0: // load of a literal
		return i.Addr + table.Addr(w.signed(23, 5)*wordSize), true
	case w.relative():
		return w.near(i.Addr), true
	}
	return 0, false
}

// systemRegisters are the names of those that programs use, by what arm64asm writes for them.
var systemRegisters = map[string]string{
	"s3_0_c0_c0_0": "midr_el1", "s3_3_c0_c0_1": "ctr_el0", "s3_3_c0_c0_7": "dczid_el0", "s3_3_c2_c4_0": "rndr", "s3_3_c4_c2_0": "nzcv",
	"s3_3_c4_c4_0": "fpcr", "s3_3_c4_c4_1": "fpsr", "s3_3_c13_c0_2": "tpidr_el0", "s3_3_c13_c0_3": "tpidrro_el0", "s3_3_c14_c0_0": "cntfrq_el0",
	"s3_3_c14_c0_2": "cntvct_el0",
}

// afterComma are arm64asm's commas, which have no space behind them in an address.
var afterComma = regexp.MustCompile(`,(\S)`)

// gnuSyntax uses arm64asm; ok is false if it does not know the instruction.
func gnuSyntax(i *machine.Insn) (text string, ok bool) {
	defer func() {
		// Its printer indexes tables by the decoded values; a form that they lack must not crash
		// the debugger.
		if recover() != nil {
			text, ok = "", false
		}
	}()
	inst, err := arm64asm.Decode(i.Bytes())
	if err != nil {
		return "", false
	}
	text = afterComma.ReplaceAllString(strings.TrimSpace(arm64asm.GNUSyntax(inst)), ", $1")
	if always, ok := strings.CutSuffix(text, ", al"); ok && wordOf(i.Bytes()).bits(15, 12) == 15 { // its other encoding
		text = always + ", nv"
	}
	if left, ok := strings.CutSuffix(text, ", #0"); ok && strings.HasPrefix(text, "fcm") {
		text = left + ", #0.0"
	}
	for number, name := range systemRegisters {
		text = strings.Replace(text, number, name, 1)
	}
	return text, true
}

// rawWord shows an instruction without a known name.
func rawWord(i *machine.Insn) string {
	text := fmt.Sprintf(".inst 0x%08x", uint32(wordOf(i.Bytes())))
	if i.Kind != machine.Plain {
		text += "        # " + i.Kind.String()
	}
	return text
}
