package remote

import "testing"

func TestRowsAreAskedForRegisterByRegister(t *testing.T) {
	regs := delveRegisters(1<<stateX87 | 1<<stateSSE)
	var r row
	r.learn(regs)
	if n := len(r.lists[rowOfAll]); n != len(regs) {
		t.Errorf("%d of %d registers are in the row of all", n, len(regs))
	}
	for _, n := range r.lists[rowOfWide] {
		if regs[n].size <= 8 {
			t.Errorf("%s fits into a stop reply", regs[n].name)
		}
	}
	if n := len(r.lists[rowOfWide]); n != 8+16 { // x87 and XMM
		t.Errorf("%d wide registers", n)
	}
	const thread = ";thread:4d2;"
	for p, want := range map[string]bool{"p1f" + thread: true, "p1e" + thread: false, "p1f": false, "p" + thread: false, "P1f" + thread: false,
		"p1f;thread:4d3;": false, "p+1f" + thread: false, "": false, "p": false} {
		if got := asksFor(p, 0x1f, thread); got != want {
			t.Errorf("%q: %v", p, got)
		}
	}
}
