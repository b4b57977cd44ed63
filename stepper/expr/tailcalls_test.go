package expr_test

import "testing"

// A caller's call site describes what the function that it calls is entered with, not what one
// that was entered by a tail call is.
func TestEntryValuesOfTailCallsAreThoseOfGDB(t *testing.T) {
	exe := compile(t, t.TempDir(), "../symbols/testdata/tail.c", "-g", "-O2", "-fno-ipa-icf")
	for at, frames := range map[string]int{"leaf": 4, "leaf if v == 7": 2} { // up to main
		var list []string
		for range frames {
			list = append(list, "info args", "info locals", "print $pc", "print $sp", "up")
		}
		p := oracle(t, exe, at, list)
		p.check(t, list)
		p.ctx.Selected = 1
		if got := p.run("print e"); at != "leaf" && strip(got) != "<optimized out>" {
			t.Errorf("print e in end: %s", got)
		}
	}
}
