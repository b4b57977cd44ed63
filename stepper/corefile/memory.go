package corefile

import "rseqstep/table"

// ReadMemory implements tracee.State: from the core, else from the file that was mapped
// there. Error: *MemoryError.
func (p *Process) ReadMemory(a table.Addr, b []byte) (n int, err error) {
	a = p.arch.Untagged(a)
	for n < len(b) {
		at := a + table.Addr(n)
		got, err := p.readDumped(at, b[n:])
		if got == 0 && err == nil {
			got, err = p.readMapped(at, b[n:])
		}
		n += got
		if err != nil {
			return n, &MemoryError{Addr: a + table.Addr(n), Err: err}
		}
	}
	return n, nil
}

// readMapped reads from the file that was mapped at an address. It reads at least one
// byte, or fails.
func (p *Process) readMapped(a table.Addr, b []byte) (int, error) {
	m := p.mappingAt(a)
	switch {
	case m == nil && p.segmentAt(a) == nil:
		return 0, ErrNotMapped
	case m == nil:
		return 0, ErrNotDumped
	}
	b = b[:min(uint64(len(b)), uint64(p.dumpedUpTo(a, m.High)-a))]
	f := p.mapped(m.Path)
	if f.err != nil {
		return 0, f.err
	}
	n, err := f.ReadAt(b, int64(m.Offset+uint64(a-m.Low)))
	if n > 0 {
		return n, nil
	}
	return 0, err
}
