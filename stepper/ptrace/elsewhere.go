//go:build linux && (amd64 || arm64)

package ptrace

// Elsewhere implements tracee.MovingTarget. The thread takes the next of its CPUs, in the order of
// their numbers, so that several moves visit all of them. See migrate.
func (p *Process) Elsewhere(tid int) (cpu int, err error) {
	t, err := p.findHeld(tid, "move")
	if err != nil {
		return -1, err
	}
	c := &caller{p: p, t: t}
	var m cpuMask
	here := p.cpuOf(t)
	if here < 0 || !c.allowed(&m) {
		return -1, nil
	}
	for n := 1; n < 64*len(m); n++ {
		if cpu := (here + n) % (64 * len(m)); m.has(cpu) && cpu != here {
			err := c.MoveTo(cpu)
			t.apart = t.migrates
			return cpu, err
		}
	}
	return -1, nil
}
