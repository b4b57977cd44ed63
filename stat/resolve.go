package stat

import (
	"cmp"
	"debug/elf"
	"maps"
	"slices"

	"github.com/ianlancetaylor/demangle"

	"rseqstep/stepper/symbols"
	"rseqstep/table"
)

// Report is what a recording found.
type Report struct {
	Seconds  float64
	Aborts   uint64 // that the kernel counted; more than were recorded if records were lost
	Recorded uint64
	Lost     uint64
	Unplaced uint64
	Samples  uint64
	Rows     []*Row // by aborts, the most first

	Passes   map[Code]*Passes // of all sections, by their start; nil: not counted
	PassCost float64          // what counting one takes a thread at most, nanoseconds
}

// Row is one section of a Report.
type Row struct {
	*Section
	Name     string         // its function, demangled, and the offset in it: "push+0x1f"; or its address
	Addr     table.FileAddr // of its first instruction
	Source   string         // file of its first line; "" when unknown
	Line     int
	Declared *table.Section // nil if its file declares no such section, or cannot be read
	Err      error          // why the file cannot be read
}

// Instructions lists the offsets at which the section was interrupted, the most frequent first.
func (s *Section) Instructions() []uint64 {
	out := slices.Collect(maps.Keys(s.At))
	slices.SortFunc(out, func(a, b uint64) int { return cmp.Or(cmp.Compare(s.At[b], s.At[a]), cmp.Compare(a, b)) })
	return out
}

// threads lists the threads that suffered aborts, those with the most first.
func (s *Section) threads() []Thread {
	out := slices.Collect(maps.Keys(s.Threads))
	slices.SortFunc(out, func(a, b Thread) int {
		return cmp.Or(cmp.Compare(s.Threads[b], s.Threads[a]), cmp.Compare(a.TID, b.TID))
	})
	return out
}

// Files names places of code by reading the files that it is in. Close it.
type Files struct{ files map[string]*file }

type file struct {
	table *table.File
	set   *symbols.Set
	err   error
}

// NewFiles returns Files that has read nothing yet.
func NewFiles() *Files { return &Files{files: map[string]*file{}} }

// Close closes the files.
func (f *Files) Close() {
	for _, one := range f.files {
		if one.set != nil {
			one.set.Close()
		}
	}
}

func (f *Files) open(path string) *file {
	one := f.files[path]
	if one != nil {
		return one
	}
	one = &file{}
	f.files[path] = one
	if one.table, one.err = table.Open(path); one.err != nil {
		return one
	}
	one.set = symbols.New(symbols.Options{})
	one.set.Reload([]*table.Module{one.table.At(path, 0, 0, 0)})
	return one
}

// Function is the function of a place, and its source line.
func (f *Files) Function(c Code) (name string, offset uint64, source string, line int) {
	one := f.open(c.File)
	if c.File == "" || one.err != nil {
		return "", 0, "", 0
	}
	addr, ok := one.table.FileAddr(c.Offset)
	if !ok {
		return "", 0, "", 0
	}
	pc := table.Addr(addr)
	if n, off, ok := one.set.Symbol(pc); ok {
		name, offset = demangle.Filter(n, demangle.NoParams), off
	}
	if l, ok := one.set.Line(pc, 0); ok {
		source, line = l.File, l.Line
	}
	return name, offset, source, line
}

// Resolve names what a Collector has counted.
func (f *Files) Resolve(c *Collector) []*Row {
	sections := maps.Clone(c.Sections)
	for at, n := range c.Clock {
		if start, length, ok := f.around(at); ok {
			sec := sections[start]
			if sec == nil {
				sec = newSection(start, length)
			} else if sec == c.Sections[start] {
				again := *sec // the Collector's own counts go on
				sec = &again
			}
			sec.Samples += n
			sections[start] = sec
		}
	}
	for at, p := range c.Passes {
		sec := sections[at]
		if n, _ := p.Total(); sec == nil && n == 0 {
			continue
		} else if sec == nil {
			sec = newSection(at, p.Length)
		} else if sec == c.Sections[at] {
			again := *sec
			sec = &again
		}
		sec.Passes = p
		sections[at] = sec
	}
	var rows []*Row
	for _, sec := range sections {
		rows = append(rows, f.row(sec))
	}
	slices.SortFunc(rows, func(a, b *Row) int {
		return cmp.Or(cmp.Compare(b.Aborts, a.Aborts), cmp.Compare(b.Samples, a.Samples), cmp.Compare(b.passed(), a.passed()), cmp.Compare(a.Start.File, b.Start.File), cmp.Compare(a.Start.Offset, b.Start.Offset))
	})
	return rows
}

// around is the declared section around a place.
func (f *Files) around(c Code) (start Code, length uint64, ok bool) {
	one := f.open(c.File)
	if c.File == "" || one.err != nil {
		return Code{}, 0, false
	}
	addr, ok := one.table.FileAddr(c.Offset)
	if !ok {
		return Code{}, 0, false
	}
	n := slices.IndexFunc(one.table.Sections, func(s table.Section) bool { return s.Contains(addr) })
	if n < 0 {
		return Code{}, 0, false
	}
	s := &one.table.Sections[n]
	offset, ok := one.table.FileOffset(s.Start)
	return Code{File: c.File, Offset: offset}, s.PostCommitOffset, ok
}

func (f *Files) row(sec *Section) *Row {
	r := &Row{Section: sec, Addr: table.FileAddr(sec.Start.Offset)}
	r.Name = r.Addr.String()
	if sec.Start.File == "" {
		return r
	}
	one := f.open(sec.Start.File)
	if r.Err = one.err; r.Err != nil {
		return r
	}
	addr, ok := one.table.FileAddr(sec.Start.Offset)
	if !ok {
		return r
	}
	r.Addr = addr
	if n := slices.IndexFunc(one.table.Sections, func(s table.Section) bool { return s.Start == addr }); n >= 0 {
		r.Declared = &one.table.Sections[n]
	}
	name, offset, source, line := f.Function(sec.Start)
	r.Source, r.Line = source, line
	if d := r.Declared; d != nil && d.Symbol != "" { // of several names, the one that "rseqstep table" shows
		name, offset = demangle.Filter(d.Symbol, demangle.NoParams), d.Offset
	}
	if name != "" {
		r.Name = named(name, offset)
	}
	return r
}

// Sections counts the sections that the files declare whose code was seen.
func (f *Files) Sections() (declared int) {
	for _, one := range f.files {
		if one.table != nil && one.table.Type != elf.ET_REL {
			declared += len(one.table.Sections)
		}
	}
	return declared
}
