package opv

import (
	"bytes"
	"iter"

	"rseqstep/stepper/opv/interp"
	"rseqstep/table"
)

// span is neighbouring bytes and their values.
type span struct {
	addr table.Addr
	data []byte
}

func (s *span) end() table.Addr { return s.addr + table.Addr(len(s.data)) }

// parts splits a span into pieces that one operation may access.
func (s *span) parts() iter.Seq[span] {
	return func(yield func(span) bool) {
		for off := 0; off < len(s.data); off += MaxData {
			end := min(off+MaxData, len(s.data))
			if !yield(span{addr: s.addr + table.Addr(off), data: s.data[off:end]}) {
				return
			}
		}
	}
}

// change is a write: of a span, or of a number added to what is there.
type change struct {
	span
	add   bool
	size  int
	count uint64
}

// effect is the memory that a pass requires and the changes it makes.
type effect struct {
	reads   []span   // the required old contents; spans do not touch
	changes []change // in order of execution
}

// newEffect reduces a pass's accesses. assumed are bytes whose value was not
// read from memory.
func newEffect(log []Access, assumed map[table.Addr]byte) *effect {
	e := &effect{}
	written := map[table.Addr]bool{}
	see := func(addr table.Addr, data []byte) {
		for n, b := range data {
			at := addr + table.Addr(n)
			if _, not := assumed[at]; not || written[at] {
				continue
			}
			e.reads = place(e.reads, at, b)
		}
	}
	alone := additionsAlone(log)
	used := map[table.Addr]bool{} // the bytes of those whose value is used
	for _, a := range log {
		used[a.Addr] = used[a.Addr] || a.UsesOld
	}
	for n, a := range log {
		switch {
		case a.Kind == AccessRead:
			see(a.Addr, a.Data)
			continue
		case a.Kind == AccessAdd && alone[a.Addr]:
			if used[a.Addr] {
				see(a.Addr, a.Old)
			}
			e.changes = append(e.changes, change{span: span{addr: a.Addr}, add: true, size: len(a.Data), count: a.Add})
		case a.Kind == AccessAdd:
			see(a.Addr, a.Old)
			fallthrough
		default:
			e.changes = append(e.changes, change{span: span{addr: a.Addr, data: bytes.Clone(a.Data)}})
		}
		for k := range log[n].Data {
			written[a.Addr+table.Addr(k)] = true
		}
	}
	return e
}

// additionsAlone finds the places that a pass only adds to, always in one size.
// Any other access to a byte of one excludes it.
func additionsAlone(log []Access) map[table.Addr]bool {
	alone := map[table.Addr]bool{}
	for _, a := range log {
		if a.Kind == AccessAdd {
			alone[a.Addr] = true
		}
	}
	for at := range alone {
		size := 0
		for _, a := range log {
			if a.Kind == AccessAdd && a.Addr == at && (size == 0 || size == len(a.Data)) {
				size = len(a.Data)
				continue
			}
			// Testing for overlap with the longest possible number suffices.
			if a.Addr-at < maxNumber || at-a.Addr < table.Addr(len(a.Data)) {
				alone[at] = false
			}
		}
	}
	return alone
}

// writes is the changes with as few operations as they need: later bytes
// replace earlier ones, neighbours are joined, additions to one place summed.
// The last change stays last and separate, unless tight.
func (e *effect) writes(tight bool) []change {
	list := e.changes
	var last []change
	if n := len(list); n > 0 && !tight && !list[n-1].add {
		list, last = list[:n-1], list[n-1:]
	}
	var spans []span
	var out []change
	for _, c := range list {
		if !c.add {
			for n, b := range c.data {
				spans = place(spans, c.addr+table.Addr(n), b)
			}
			continue
		}
		summed := false
		for n := range out {
			if out[n].addr == c.addr {
				out[n].count = interp.Cut(out[n].count+c.count, c.size)
				summed = true
			}
		}
		if !summed {
			out = append(out, c)
		}
	}
	all := make([]change, 0, len(spans)+len(out)+1)
	for _, s := range spans {
		all = append(all, change{span: s})
	}
	for n := range out { // a signed count reads better: -1 and not 0xffffffff
		out[n].count = interp.Extend(out[n].count, out[n].size)
	}
	return append(append(all, out...), last...)
}

// place inserts a byte into separate spans: over an existing byte, at an end of
// a span, which may join two, or as a span of its own.
func place(spans []span, at table.Addr, b byte) []span {
	before, after := -1, -1
	for n := range spans {
		s := &spans[n]
		switch {
		case at-s.addr < table.Addr(len(s.data)):
			s.data[at-s.addr] = b
			return spans
		case s.end() == at:
			before = n
		case s.addr == at+1:
			after = n
		}
	}
	switch {
	case before >= 0 && after >= 0:
		s := &spans[before]
		s.data = append(append(s.data, b), spans[after].data...)
		return append(spans[:after], spans[after+1:]...)
	case before >= 0:
		spans[before].data = append(spans[before].data, b)
		return spans
	case after >= 0:
		s := &spans[after]
		s.addr, s.data = at, append([]byte{b}, s.data...)
		return spans
	}
	return append(spans, span{addr: at, data: []byte{b}})
}
