package unit

import "testing"

// What the kernel does when a thread is resumed in a system call that was
// interrupted and has no handler to run (arch_do_signal_or_restart).
func TestInterruptedSystemCallsAreMadeAgain(t *testing.T) {
	const read, outside = 0, ^uint64(0)
	for _, c := range []struct {
		name     string
		number   uint64
		result   int64
		restarts bool
		want     Regs
	}{
		{"outside of any", outside, -512, false, Regs{Rip: 100, Rax: ^uint64(511), OrigRax: outside}},
		{"returned", read, 3, false, Regs{Rip: 100, Rax: 3, OrigRax: read}},
		{"failed", read, -4, false, Regs{Rip: 100, Rax: ^uint64(3), OrigRax: read}},
		{"ERESTARTSYS", read, -512, true, Regs{Rip: 98, Rax: read, OrigRax: outside}},
		{"ERESTARTNOINTR", 202, -513, true, Regs{Rip: 98, Rax: 202, OrigRax: outside}},
		{"ERESTARTNOHAND", 34, -514, true, Regs{Rip: 98, Rax: 34, OrigRax: outside}},
		{"ERESTART_RESTARTBLOCK", 35, -516, true, Regs{Rip: 98, Rax: 219, OrigRax: outside}},
		{"beyond them", read, -517, false, Regs{Rip: 100, Rax: ^uint64(516), OrigRax: read}},
	} {
		r := Regs{Rip: 100, Rax: uint64(c.result), OrigRax: c.number}
		if r.Restarts() != c.restarts {
			t.Errorf("%s: Restarts says %v", c.name, !c.restarts)
		}
		if r.Restart(); r != c.want {
			t.Errorf("%s: got %+v", c.name, r)
		}
	}
}
