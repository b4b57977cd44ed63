package stat

import (
	"cmp"
	"slices"

	"rseqstep/stat/perf"
)

// Code is a place in code, the same in all processes that map it.
type Code struct {
	File   string // "" for memory that no file backs
	Offset uint64 // in the file, bytes; without a file, the process address
}

// mapping is code that a process has mapped.
type mapping struct {
	start, end uint64 // process addresses
	offset     uint64 // in the file, bytes
	file       string // "" if there is none
}

// codeMap is the code mappings of one process, sorted by address.
type codeMap []mapping

// add maps code, and removes what was mapped there before.
func (m codeMap) add(n mapping) codeMap {
	var out codeMap
	for _, old := range m {
		if old.start < n.start { // what lies before the new mapping stays
			before := old
			before.end = min(old.end, n.start)
			out = append(out, before)
		}
		if old.end > n.end {
			after := old
			after.start = max(old.start, n.end)
			after.offset += after.start - old.start
			out = append(out, after)
		}
	}
	out = append(out, n)
	slices.SortFunc(out, func(a, b mapping) int { return cmp.Compare(a.start, b.start) })
	return out
}

// find returns the place of a process address.
func (m codeMap) find(addr uint64) (Code, bool) {
	n, found := slices.BinarySearchFunc(m, addr, func(x mapping, a uint64) int { return cmp.Compare(x.start, a) })
	if !found {
		n--
	}
	if n < 0 || addr >= m[n].end {
		return Code{}, false
	}
	if m[n].file == "" {
		return Code{Offset: addr}, true
	}
	return Code{File: m[n].file, Offset: addr - m[n].start + m[n].offset}, true
}

// places are those of a stack, the innermost first, that lie in known code.
func (m codeMap) places(stack []uint64) []Code {
	frames := make([]Code, 0, len(stack))
	for n, ip := range stack {
		if n > 0 {
			ip-- // a return address: the call is before it, and may be the function's last instruction
		}
		if at, ok := m.find(ip); ok {
			frames = append(frames, at)
		}
	}
	return frames
}

// fromRecord is the mapping that a record reports.
func fromRecord(r *perf.Mmap) mapping {
	m := mapping{start: r.Start, end: r.Start + r.Length, offset: r.Offset}
	if r.Ino != 0 || r.File == "[vdso]" {
		m.file = r.File
	}
	return m
}
