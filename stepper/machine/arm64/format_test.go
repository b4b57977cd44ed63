package arm64

import (
	"fmt"
	"regexp"
	"strings"
	"testing"

	"rseqstep/stepper/machine"
	"rseqstep/table"
)

// text compares the text, where there is one.
func (l *listing) text(i *machine.Insn) string {
	got := Arch().Format(i, nil)
	switch {
	case strings.HasPrefix(got, ".inst"):
		return ""
	case l.mnemonic == "bfc", l.mnemonic == "orr" && strings.HasPrefix(got, "mov "), l.mnemonic == "hint", strings.HasPrefix(got, "hint"), // aliases; names that some versions lack
		l.mnemonic == "bti", l.mnemonic == "clearbhb", strings.HasPrefix(l.mnemonic, "prf"), strings.HasPrefix(l.mnemonic, "rprf"),
		(l.mnemonic == "mrs" || l.mnemonic == "msr") && strings.Contains(got, "_c"): // the number of a register with a name
		return ""
	}
	want := strings.TrimSpace(l.mnemonic + " " + l.operands)
	if to, ok := target(i); ok { // objdump writes some addresses without 0x
		got = strings.TrimSuffix(got, to.String())
		want = strings.TrimSuffix(strings.TrimSuffix(want, strings.TrimPrefix(to.String(), "0x")), "0x")
	}
	if list(got) != list(want) {
		return got
	}
	return ""
}

// vectorList is a list of vector registers, all of them or the first and the last.
var vectorList = regexp.MustCompile(`\{(v\d+)([^}]*)\}`)

// list shortens a list of vectors to its first one and their number: some versions of objdump write
// all, some the first and the last.
func list(text string) string {
	return vectorList.ReplaceAllStringFunc(text, func(s string) string {
		m := vectorList.FindStringSubmatch(s)
		return fmt.Sprintf("{%s %d}", m[1], vectorCount(s))
	})
}

func TestTextNamesAddresses(t *testing.T) {
	name := func(a table.Addr) (string, table.Addr) {
		if a >= 0x2000 && a < 0x3000 {
			return "there", 0x2000
		}
		return "", 0
	}
	for w, want := range map[word]string{
		0x14000400:         "b 0x2000 <there>",
		0x94000401:         "bl 0x2004 <there+0x4>",
		0xb4008003:         "cbz x3, 0x2000 <there>",
		0x54007fe1:         "b.ne 0x1ffc",
		0x58008000:         "ldr x0, 0x2000 <there>",
		0x10008000:         "adr x0, 0x2000 <there>",
		0xb0000000:         "adrp x0, 0x2000 <there>",
		0x36008003:         "tbz w3, #0, 0x2000 <there>",
		0x74020081:         ".inst 0x74020081        # conditional jump",
		0xf8238025 | 1<<23: "swpa x3, x5, [x1]",
		0xd65f0bff:         "retaa",
		0x1e202008:         "fcmp s0, #0.0",
		0xd53bd040:         "mrs x0, tpidr_el0",
		0x00000000:         "udf #0",
		0xd503245f:         "bti c",
		0x4c9f2000:         "st1 {v0.16b-v3.16b}, [x0], #64",
		0xf9000043:         "str x3, [x2]",
		0xf8227843:         "str x3, [x2, x2, lsl #3]",
	} {
		i := insn(t, 0x1000, w)
		if got := Arch().Format(&i, name); got != want {
			t.Errorf("%08x: %q, not %q", w, got, want)
		}
	}
}
