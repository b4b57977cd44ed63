package arm64

import (
	"fmt"

	"rseqstep/stepper/machine"
)

// newer is the text of an instruction that arm64asm lacks, or prints as a number: hints and signed
// branches, and the atomics of FEAT_LSE and FEAT_LRCPC; "" for all others. The names and operands
// are those of the Arm ARM, C6.2. The target of a branch is left out.
func newer(i *machine.Insn) string {
	w := wordOf(i.Bytes())
	switch {
	case w.bits(31, 16) == 0:
		return fmt.Sprintf("udf #%d", w.bits(15, 0))
	case uint32(w)&0xfffff01f == 0xd503201f:
		return hints[w.bits(11, 5)]
	case w.bits(31, 24) == 0x54:
		return [...]string{"b.", "bc."}[w.bit(4)] + conditions[w.bits(3, 0)] + " ."
	case w.bits(31, 25) == 0b1101011 && w.bits(15, 11) == 1 && i.Kind != machine.Plain:
		return w.signedBranch(i.Kind)
	case uint32(w)&0x3f200c00 == 0x38200000 && i.Kind == machine.Plain:
		return w.atomicText()
	case uint32(w)&0x3fa07c00 == 0x08a07c00:
		return w.compareText("cas"+order(w.bit(22), w.bit(15))+[...]string{"b", "h", "", ""}[w.bits(31, 30)], w.bits(31, 30) == 3, false)
	case uint32(w)&0xbfa07c00 == 0x08207c00:
		return w.compareText("casp"+order(w.bit(22), w.bit(15)), w.bit(30) == 1, true)
	case uint32(w)&0x3f200c00 == 0x19000000:
		return w.unscaled()
	}
	return ""
}

var conditions = [16]string{"eq", "ne", "cs", "cc", "mi", "pl", "vs", "vc", "hi", "ls", "ge", "lt", "gt", "le", "al", "nv"}

// hints are the hints with a name, by number.
var hints = map[uint32]string{
	0: "nop", 1: "yield", 2: "wfe", 3: "wfi", 4: "sev", 5: "sevl", 6: "dgh", 7: "xpaclri",
	8: "pacia1716", 10: "pacib1716", 12: "autia1716", 14: "autib1716", 16: "esb", 17: "psb csync", 18: "tsb csync", 20: "csdb", 22: "clearbhb",
	24: "paciaz", 25: "paciasp", 26: "pacibz", 27: "pacibsp", 28: "autiaz", 29: "autiasp", 30: "autibz", 31: "autibsp",
	32: "bti", 34: "bti c", 36: "bti j", 38: "bti jc",
}

// order is the suffix for acquire and release.
func order(acquire, release uint32) string {
	return [...]string{"", "a", "l", "al"}[acquire|release<<1]
}

// text names a register; 31 is the zero register.
func text(n uint32, wide bool) string {
	kind := "w"
	if wide {
		kind = "x"
	}
	if n == 31 {
		return kind + "zr"
	}
	return fmt.Sprintf("%s%d", kind, n)
}

// base is the address in the base register.
func (w word) base() string { return "[" + names[orSP(w.rn())] + "]" }

// signedBranch is retaa, braa, blraa, eretaa and those of their kin.
func (w word) signedBranch(k machine.Kind) string {
	key := string("ab"[w.bit(10)])
	name := map[machine.Kind]string{machine.Return: "reta", machine.IndirectJump: "bra", machine.IndirectCall: "blra", machine.Trap: "ereta"}[k] + key
	switch {
	case k == machine.Return && w.rd() == 31, k == machine.Trap:
		return name
	case k == machine.Return:
		return name + "sppc " + text(w.rd(), true)
	case w.bit(24) == 0:
		return name + "z " + text(w.rn(), true)
	}
	return name + " " + text(w.rn(), true) + ", " + names[orSP(w.rd())]
}

// atomicText is ldadd, stadd, swp, ldapr and those of their kin.
func (w word) atomicText() string {
	size := w.bits(31, 30)
	suffix := order(w.bit(23), w.bit(22)) + [...]string{"b", "h", "", ""}[size]
	rs, rt := text(w.rm(), size == 3), text(w.rd(), size == 3)
	switch op := w.bits(15, 12); {
	case op == 12 && w.bits(23, 22) == 2 && w.rm() == 31:
		return "ldapr" + [...]string{"b", "h", "", ""}[size] + " " + rt + ", " + w.base()
	case op == 8:
		return "swp" + suffix + " " + rs + ", " + rt + ", " + w.base()
	case op < 8:
		name := [...]string{"add", "clr", "eor", "set", "smax", "smin", "umax", "umin"}[op]
		if w.rd() == 31 && w.bit(23) == 0 {
			return "st" + name + suffix + " " + rs + ", " + w.base()
		}
		return "ld" + name + suffix + " " + rs + ", " + rt + ", " + w.base()
	}
	return ""
}

// compareText is cas and casp.
func (w word) compareText(name string, wide, pair bool) string {
	if !pair {
		return name + " " + text(w.rm(), wide) + ", " + text(w.rd(), wide) + ", " + w.base()
	}
	if w.bit(16) == 1 || w.bit(0) == 1 {
		return ""
	}
	return name + " " + text(w.rm(), wide) + ", " + text(w.rm()+1, wide) + ", " + text(w.rd(), wide) + ", " + text(w.rd()+1, wide) + ", " + w.base()
}

// unscaled is stlur, ldapur and those of their kin.
func (w word) unscaled() string {
	size, opc := w.bits(31, 30), w.bits(23, 22)
	name := [...]string{"stlur", "ldapur", "ldapurs", "ldapurs"}[opc]
	switch size {
	case 0:
		name += "b"
	case 1:
		name += "h"
	case 2:
		name += [...]string{"", "", "w", "?"}[opc]
	default:
		name += [...]string{"", "", "?", "?"}[opc]
	}
	if name[len(name)-1] == '?' {
		return ""
	}
	at := w.base()
	if n := w.signed(20, 12); n != 0 {
		at = fmt.Sprintf("%s, #%d]", at[:len(at)-1], n)
	}
	return name + " " + text(w.rd(), opc == 2 || size == 3) + ", " + at
}
