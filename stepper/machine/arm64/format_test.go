package arm64

import (
	"strings"
	"testing"

	"rseqstep/stepper/machine"
)

// Where arm64asm knows an instruction, its text is objdump's.
func TestFormatAgreesWithObjdump(t *testing.T) {
	files := realCode(t)
	files["generated"] = generated(t)
	for name, args := range files {
		t.Run(name, func(t *testing.T) {
			unknown := 0
			compare(t, func(l *listing, i *machine.Insn) string {
				got := Arch().Format(i, nil)
				switch {
				case strings.HasPrefix(got, ".inst"):
					unknown++
					return ""
				case l.mnemonic == "bfc", l.mnemonic == "hint", // an alias; a name that some versions lack
					(l.mnemonic == "mrs" || l.mnemonic == "msr") && strings.Contains(got, "_c"): // the number of a register with a name
					return ""
				}
				want := strings.TrimSpace(l.mnemonic + " " + l.operands)
				if to, ok := target(i); ok { // objdump writes addresses without 0x
					got = strings.TrimSuffix(got, to.String())
					want = strings.TrimSuffix(strings.TrimSuffix(want, strings.TrimPrefix(to.String(), "0x")), "0x")
				}
				if got != want {
					return got
				}
				return ""
			}, args...)
			t.Logf("%d are shown as .inst", unknown)
		})
	}
}
