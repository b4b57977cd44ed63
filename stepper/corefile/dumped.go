package corefile

import (
	"cmp"
	"slices"

	"rseqstep/table"
)

// segmentAt is the segment that contains an address, nil for none.
func (c *Core) segmentAt(a table.Addr) *segment {
	i, found := slices.BinarySearchFunc(c.segments, a, func(s segment, a table.Addr) int { return cmp.Compare(s.low, a) })
	if !found {
		i--
	}
	if i < 0 || a >= c.segments[i].high {
		return nil
	}
	return &c.segments[i]
}

// readDumped reads memory from the core file itself. It stops at the first byte
// that is not in the file, without an error.
func (c *Core) readDumped(a table.Addr, p []byte) (n int, err error) {
	for n < len(p) {
		s := c.segmentAt(a + table.Addr(n))
		if s == nil {
			return n, nil
		}
		at := uint64(a) + uint64(n) - uint64(s.low)
		if at >= s.dumped {
			return n, nil
		}
		part := p[n:]
		part = part[:min(uint64(len(part)), s.dumped-at)]
		got, err := c.in.r.ReadAt(part, int64(s.offset+at))
		n += got
		if got < len(part) {
			return n, err
		}
	}
	return n, nil
}

// dumpedUpTo is the first address from a on, at most high, that is in the core file
// itself; high if there is none. Memory up to there must come from elsewhere.
func (c *Core) dumpedUpTo(a, high table.Addr) table.Addr {
	i, _ := slices.BinarySearchFunc(c.segments, a, func(s segment, a table.Addr) int { return cmp.Compare(s.low, a) })
	for ; i < len(c.segments) && c.segments[i].low < high; i++ {
		if c.segments[i].low >= a && c.segments[i].dumped > 0 {
			return c.segments[i].low
		}
	}
	return high
}
