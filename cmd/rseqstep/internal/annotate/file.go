package annotate

import (
	"fmt"
	"slices"
	"strings"

	"rseqstep/cmd/rseqstep/internal/ops"
	"rseqstep/cmd/rseqstep/internal/show"
	"rseqstep/page"
	"rseqstep/stepper/machine"
	"rseqstep/stepper/opv"
	"rseqstep/table"
)

// File is a file whose sections a page shows.
type File struct {
	*ops.File
	all    []*table.Placed
	source ops.Source
}

// OpenFile opens a file. It fails as ops.OpenFile. The caller calls Close.
func OpenFile(t *table.File) (*File, error) {
	f, err := ops.OpenFile(t)
	if err != nil {
		return nil, err
	}
	return &File{File: f, all: f.Sections(), source: f.Source()}, nil
}

// All are the file's sections, by address.
func (f *File) All() []*table.Placed { return f.all }

// Section is what a page shows of a section without having seen it run: its names, its listing
// and its words.
func (f *File) Section(p *table.Placed) page.Section {
	s := page.Section{Function: ops.SymbolName(p), Module: f.Table.Path, Descriptor: uint64(p.Descriptor)}
	if l, ok := f.Symbols.Line(p.Start, 0); ok { // in the function, not in what is inlined into it
		s.File, s.Line = l.File, l.Line
	}
	fact := func(name, format string, args ...any) {
		s.Facts = append(s.Facts, page.Fact{Name: name, Value: fmt.Sprintf(format, args...)})
	}
	fact("Section", "[%v, %v), %d bytes", p.Start, p.End, uint64(p.End-p.Start))
	fact("Abort handler", "%v", p.Abort)
	fact("Descriptor", "%v", p.Descriptor)
	body, err := f.source.Body(p)
	if err != nil {
		s.Unlisted = err.Error()
		return s
	}
	arming := f.source.Arming(p)
	if arming != nil {
		fact("Arming store", "%v", arming.Addr)
	} else {
		fact("Arming store", "not found before the section")
	}
	switch {
	case body.Final == 0:
		fact("Commit", "it has no store")
	case body.Sure:
		fact("Commit", "the store at %v, on every path to the end", body.Final)
	default:
		fact("Commit", "the store at %v; the end can be reached without it", body.Final)
	}
	if !body.Known() {
		fact("Exits", "an indirect jump or unknown code may lead to more")
	}
	l := lister{f: f, p: p, body: &body, arming: arming}
	s.Listing = l.rows()
	if opv.Understands(f.Arch) {
		d := f.source.Describe(p, s.Function)
		s.Words, s.Notes = d.Lines, d.Notes
	}
	return s
}

// line is the source line of an address, in the innermost inlined function.
func (f *File) line(a table.Addr) (line, bool) {
	depth, _ := f.Symbols.Inlines(a)
	l, ok := f.Symbols.Line(a, depth)
	return line{l.File, l.Line}, ok && l.Line > 0
}

type line struct {
	File string
	Line int
}

// lister makes the listing of one section.
type lister struct {
	f      *File
	p      *table.Placed
	body   *machine.Body
	arming *machine.Insn
	insns  []machine.Insn
}

// maxLead is how many bytes before a section are shown together with the arming store; one
// that is further away is shown alone.
const maxLead = 64

// maxHandler is how many instructions of the abort handler are shown.
const maxHandler = 4

// rows decodes the section and what belongs to it: the arming store and what follows it, the
// first instruction behind each exit, and the abort handler.
func (l *lister) rows() []page.Row {
	p := l.p
	if a := l.arming; a != nil && a.Addr < p.Start {
		if p.Start-a.Addr <= maxLead {
			l.decode(a.Addr, p.Start)
		} else {
			l.decode(a.Addr, a.Next())
		}
	}
	l.decode(p.Start, p.End)
	for _, e := range l.body.Exits {
		if e.Addr != p.Abort && !p.Contains(e.Addr) {
			l.some(e.Addr, 1)
		}
	}
	l.some(p.Abort, maxHandler)
	slices.SortStableFunc(l.insns, func(a, b machine.Insn) int {
		switch {
		case a.Addr < b.Addr:
			return -1
		case a.Addr > b.Addr:
			return 1
		}
		return 0
	})
	l.insns = slices.CompactFunc(l.insns, func(a, b machine.Insn) bool { return a.Addr == b.Addr })
	return l.annotate()
}

// decode adds the instructions of a range. The section's own are those that control reaches;
// between them may be data.
func (l *lister) decode(low, high table.Addr) {
	at := low
	for n := range l.body.Insns {
		i := &l.body.Insns[n]
		if i.Addr < at || i.Addr >= high {
			continue
		}
		l.plain(at, i.Addr)
		l.insns = append(l.insns, *i)
		at = i.Next()
	}
	l.plain(at, high)
}

// plain adds the instructions of a range in which none is known to begin.
func (l *lister) plain(low, high table.Addr) {
	if low < high {
		insns, _ := l.code().Decode(machine.Range{Low: low, High: high}) // what cannot be read is not shown
		l.insns = append(l.insns, insns...)
	}
}

// some adds at most n instructions, up to one that does not continue with the next.
func (l *lister) some(at table.Addr, n int) {
	code := make([]byte, n*machine.MaxLen)
	got, _ := l.f.source.Memory.ReadMemory(at, code)
	for code = code[:got]; n > 0; n-- {
		i, err := l.f.Arch.Decode(at, code)
		if err != nil {
			return
		}
		l.insns = append(l.insns, i)
		if !i.Continues() {
			return
		}
		at, code = i.Next(), code[i.Len:]
	}
}

func (l *lister) code() Code {
	return Code{Source: l.f.source, Sections: l.f.all, Named: ops.SymbolName}
}

// annotate makes rows of the instructions.
func (l *lister) annotate() (rows []page.Row) {
	m := marks{}
	Code{Source: l.f.source, Named: func(*table.Placed) string { return "" }}.mark(l.p, l.insns, m)
	var last line
	file := ""
	for n := range l.insns {
		i := &l.insns[n]
		if n > 0 && l.insns[n-1].Next() != i.Addr {
			rows = append(rows, page.Row{Kind: page.RowGap})
			last = line{}
		}
		if at, ok := l.f.line(i.Addr); ok && at != last {
			last = at
			row := l.source(at, &file)
			row.Inside = l.p.Contains(i.Addr) && i.Addr != l.p.Start
			rows = append(rows, row)
		}
		rows = append(rows, page.Row{
			Address: uint64(i.Addr), Offset: int64(i.Addr - l.p.Start), Bytes: fmt.Sprintf("% x", i.Bytes()), Text: show.Instruction(l.f.Arch, i, l.name),
			Inside: l.p.Contains(i.Addr), Roles: roles(m[i.Addr]),
		})
	}
	return rows
}

// source is the row of a source line; file is the one that was named last.
func (l *lister) source(at line, file *string) page.Row {
	row := page.Row{Kind: page.RowSource, Line: at.Line}
	if text, err := l.f.Symbols.Source(at.File, at.Line, at.Line); err == nil && len(text) > 0 {
		row.Text = strings.ReplaceAll(text[0], "\t", "    ")
	}
	if at.File != *file {
		*file = at.File
		row.File = show.Path(at.File)
	}
	return row
}

// roles are an instruction's parts in the section.
func roles(m show.Mark) (out []string) {
	for _, w := range m.Words {
		if w == start {
			w = "start"
		}
		out = append(out, w)
	}
	return out
}

// name names an address: inside the section by its offset, outside by its symbol.
func (l *lister) name(a table.Addr) string {
	if l.p.Contains(a) || a == l.p.End {
		return fmt.Sprintf("+%d", uint64(a-l.p.Start))
	}
	name, base := l.f.source.Name(a)
	switch {
	case name == "":
		return ""
	case a == base:
		return ops.Bare(name)
	}
	return fmt.Sprintf("%s+%#x", ops.Bare(name), uint64(a-base))
}
