package amd64

import (
	"testing"

	"rseqstep/stepper/machine"
)

// The kernel's behaviour for a thread that is resumed in an interrupted system
// call without a handler to run (arch_do_signal_or_restart).
func TestInterruptedSystemCallsAreMadeAgain(t *testing.T) {
	const read, outside = 0, ^uint64(0)
	for _, c := range []struct {
		name     string
		number   uint64
		result   int64
		restarts bool
		want     machine.Regs
	}{
		{"outside of any", outside, -512, false, Regs(machine.Words{RIP: 100, RAX: ^uint64(511), OrigRAX: outside})},
		{"returned", read, 3, false, Regs(machine.Words{RIP: 100, RAX: 3, OrigRAX: read})},
		{"failed", read, -4, false, Regs(machine.Words{RIP: 100, RAX: ^uint64(3), OrigRAX: read})},
		{"ERESTARTSYS", read, -512, true, Regs(machine.Words{RIP: 98, RAX: read, OrigRAX: outside})},
		{"ERESTARTNOINTR", 202, -513, true, Regs(machine.Words{RIP: 98, RAX: 202, OrigRAX: outside})},
		{"ERESTARTNOHAND", 34, -514, true, Regs(machine.Words{RIP: 98, RAX: 34, OrigRAX: outside})},
		{"ERESTART_RESTARTBLOCK", 35, -516, true, Regs(machine.Words{RIP: 98, RAX: 219, OrigRAX: outside})},
		{"beyond them", read, -517, false, Regs(machine.Words{RIP: 100, RAX: ^uint64(516), OrigRAX: read})},
	} {
		r := Regs(machine.Words{RIP: 100, RAX: uint64(c.result), OrigRAX: c.number})
		if r.Restarts() != c.restarts {
			t.Errorf("%s: Restarts says %v", c.name, !c.restarts)
		}
		if r.Restart(); r != c.want {
			t.Errorf("%s: got %+v", c.name, r)
		}
	}
}
