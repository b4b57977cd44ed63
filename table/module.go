package table

import "debug/elf"

// Module is a file loaded in a process.
type Module struct {
	File *File  // nil if the file could not be read: Err says why
	Path string // as /proc/PID/maps names it; "[vdso]" for the vDSO
	Bias Addr   // process address minus file address
	Low  Addr   // lowest mapped address
	High Addr   // first address after its last mapping
	Err  error  // why File is nil
}

// Addr is the process address of a file address.
func (m *Module) Addr(a FileAddr) Addr { return Addr(a) + m.Bias }

// FileAddr is the file address of a process address.
func (m *Module) FileAddr(a Addr) FileAddr { return FileAddr(a - m.Bias) }

// Contains reports whether a lies between the module's first and last mapping.
func (m *Module) Contains(a Addr) bool { return a-m.Low < m.High-m.Low }

// Placed is a section at its process addresses.
type Placed struct {
	Module     *Module  // nil for a section that no file declares (found when a thread armed it)
	Section    *Section // as in the file, or in the armed descriptor
	Descriptor Addr
	Start      Addr
	End        Addr
	Abort      Addr
	Exits      []Addr // declared exits
}

// Contains reports whether pc is inside [Start, End).
func (p *Placed) Contains(pc Addr) bool { return uint64(pc-p.Start) < uint64(p.End-p.Start) }

// Place returns one of the module's sections at its process address.
func (m *Module) Place(s *Section) *Placed {
	p := &Placed{Module: m, Section: s, Descriptor: m.Addr(s.At), Start: m.Addr(s.Start), End: m.Addr(s.End), Abort: m.Addr(s.Abort)}
	for _, e := range s.Exits {
		p.Exits = append(p.Exits, m.Addr(e))
	}
	return p
}

// page is the unit of mapping, in bytes: the smallest of any amd64 or arm64
// system, so that rounded ranges cover the segments.
const page = 4096

// At makes a Module of the file at a bias in a process, with that path. Its
// extent is that of its segments in whole pages, .bss included, or if it has no
// segments [low, high), that of its mappings.
func (f *File) At(path string, bias, low, high Addr) *Module {
	m := &Module{File: f, Path: path, Bias: bias}
	first, last := f.Extent()
	m.Low, m.High = m.Addr(first), m.Addr(last)
	if m.Low >= m.High {
		m.Low, m.High = low, high
		return m
	}
	m.Low = Addr(uint64(m.Low) &^ (page - 1))
	m.High = Addr((uint64(m.High) + page - 1) &^ (page - 1))
	return m
}

// Bias is the difference between process and file addresses of f, computed from
// one mapping of the file: its address, its offset in the file and its length
// in bytes. ok is false if no segment of f (only executable ones if executable
// is set) has bytes in that part of the file.
func (f *File) Bias(start Addr, offset, length uint64, executable bool) (bias Addr, ok bool) {
	for i := range f.Segments {
		s := &f.Segments[i]
		if executable && s.Flags&elf.PF_X == 0 {
			continue
		}
		if s.FileSize != 0 && s.Offset < offset+length && offset < s.Offset+s.FileSize {
			// The loader maps whole pages, so offset and address of a segment
			// have the same difference from its first page to its last.
			return start + Addr(s.Offset-offset) - Addr(s.Addr), true
		}
	}
	return 0, false
}
