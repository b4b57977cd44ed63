package line_test

import (
	"errors"
	"slices"
	"testing"

	"rseqstep/stepper/line"
	"rseqstep/stepper/machine"
	"rseqstep/stepper/machine/amd64"
	"rseqstep/stepper/rseq"
	"rseqstep/stepper/source"
	"rseqstep/table"
)

// The program: h calls f, and each calls itself; g is inlined into f.
const (
	fEntry  = table.Addr(0x401000)
	cold    = table.Addr(0x400f00) // part of f, before its entry
	hEntry  = table.Addr(0x401080)
	kEntry  = table.Addr(0x4010c0) // has no lines
	restore = table.Addr(0x4010d0) // __restore_rt
	stub    = table.Addr(0x4010e0) // leads to h
	nowhere = table.Addr(0x401100) // in no function
	abort   = table.Addr(0x402004) // handler of a section on f's line 2
	within  = table.Addr(0x40102e) // handler of a section on line 4, in the line itself
	jump    = table.Addr(0x40103a) // a jump in g's code before line 5
)

// row is the code of one line; at inline depth n the line is lines[n].
type row struct {
	low, high table.Addr
	lines     []int
	statement bool // a statement begins here
	entering  int  // the number of inlined calls that begin here
}

var rows = []row{
	{cold, cold + 8, []int{9}, true, 0},
	{0x401000, 0x401008, []int{1}, true, 0},
	{0x401008, 0x401010, []int{2}, true, 0},
	{0x401010, 0x401014, []int{3, 20}, true, 1},
	{0x401014, 0x401018, []int{3, 21}, true, 0},
	{0x401018, 0x401020, []int{3}, false, 0},
	{0x401020, 0x401028, []int{2}, false, 0},
	{0x401028, 0x401030, []int{4}, true, 0},
	{0x401030, 0x401038, []int{0}, false, 0},
	{0x401038, 0x401040, []int{5, 22}, false, 0}, // code of g, before the statement that calls it
	{0x401040, 0x401044, []int{5}, true, 0},
	{0x401044, 0x401048, []int{5}, false, 0},
	{0x401048, 0x40104c, []int{5}, true, 0},
	{0x401080, 0x401088, []int{30}, true, 0},
	{0x401088, 0x401090, []int{30}, false, 0},
	{0x401090, 0x401098, []int{31}, false, 0},
	{0x401098, 0x4010a0, []int{31}, true, 0},
}

// frame is the frame that belongs to a stack pointer.
type frame struct{ cfa, back table.Addr }

var stack = map[table.Addr]frame{
	0x6fe0: {0x7000, 0x401018}, // f, called by f
	0x7000: {0x7010, 0x401088}, // f, called by h
	0x7010: {0x7040, 0x401020}, // h, called by an f
	0x6ff8: {0x7000, 0x401018}, // at the first instruction of a function that this f calls
	0x7008: {0x7010, 0x401088}, // at that of the function that it calls last
	0x7020: {0x7030, 0x401005}, // the return address of a call on line 1
	0x7028: {0x7030, 0x401003}, // on line 1
	0x7030: {0x7040, 0x40102b}, // f, called from nowhere: a signature is there
}

// symbols answers from the lists above, and from names.
type symbols struct{ names map[string]table.Addr }

var functions = []source.Function{
	{Name: "f", Entry: fEntry, Ranges: []machine.Range{{Low: cold, High: cold + 8}, {Low: fEntry, High: 0x401050}}, HasLines: true},
	{Name: "h", Entry: hEntry, Ranges: []machine.Range{{Low: hEntry, High: 0x4010a0}}, HasLines: true},
	{Name: "k", Entry: kEntry, Ranges: []machine.Range{{Low: kEntry, High: restore}}},
	{Name: "__restore_rt", Entry: restore, Ranges: []machine.Range{{Low: restore, High: stub}}},
}

func (symbols) Function(pc table.Addr) (source.Function, bool) {
	for _, f := range functions {
		if machine.InRanges(f.Ranges, pc) {
			return f, true
		}
	}
	return source.Function{}, false
}

func at(pc table.Addr) *row {
	for i := range rows {
		if pc-rows[i].low < rows[i].high-rows[i].low {
			return &rows[i]
		}
	}
	return nil
}

func (symbols) Inlines(pc table.Addr) (depth, entering int) {
	r := at(pc)
	if r == nil {
		return 0, 0
	}
	if pc == r.low {
		entering = r.entering
	}
	return len(r.lines) - 1, entering
}

func (symbols) Line(pc table.Addr, depth int) (source.Line, bool) {
	r := at(pc)
	if r == nil || depth >= len(r.lines) {
		return source.Line{}, false
	}
	return source.Line{File: "f.c", Line: r.lines[depth]}, true
}

func (symbols) LineStart(pc table.Addr, _ int) bool {
	r := at(pc)
	return r != nil && r.low == pc && r.statement
}

func (symbols) LineRanges(pc table.Addr, depth int) (list []machine.Range) {
	here := at(pc)
	for _, r := range rows {
		if len(r.lines) <= depth || r.lines[depth] != here.lines[depth] {
			continue
		}
		if n := len(list); n > 0 && list[n-1].High == r.low {
			list[n-1].High = r.high
			continue
		}
		list = append(list, machine.Range{Low: r.low, High: r.high})
	}
	return list
}

func (s symbols) BlockRanges(pc table.Addr, depth int) (list []machine.Range) {
	if depth == 0 {
		f, _ := s.Function(pc)
		return f.Ranges
	}
	for _, r := range rows {
		if len(r.lines) > depth {
			list = append(list, machine.Range{Low: r.low, High: r.high})
		}
	}
	return list
}

func (symbols) Caller(r *machine.Regs, _ machine.Memory) (cfa table.Addr, caller machine.Regs, ok bool) {
	f, ok := stack[r.SP()]
	return f.cfa, regs(f.back, f.cfa), ok
}

func (s symbols) Address(name string) (table.Addr, bool) {
	a, ok := s.names[name]
	return a, ok
}

func (s symbols) Extent(pc table.Addr) (table.Addr, []machine.Range, bool) {
	f, ok := s.Function(pc)
	return f.Entry, f.Ranges, ok
}

func (s symbols) BeginsStatement(a table.Addr) bool      { return s.LineStart(a, 0) }
func (symbols) Statements(machine.Range) []table.Addr    { return nil }
func (symbols) Symbol(table.Addr) (string, uint64, bool) { return "", 0, false }
func (symbols) Trampoline(pc table.Addr, _ machine.Memory) (table.Addr, bool) {
	return hEntry, pc == stub
}

// regs returns a thread's registers.
func regs(pc, sp table.Addr) machine.Regs {
	r := amd64.Regs(machine.Words{amd64.RSP: uint64(sp)})
	r.SetPC(pc)
	return r
}

// text is memory of one-byte nops, with two jumps, the return addresses on the stack, and the
// given bytes.
type text map[table.Addr]string

func (m text) ReadMemory(a table.Addr, p []byte) (int, error) {
	if a-0x6000 < 0x2000 {
		f, ok := stack[a]
		if !ok {
			return 0, errors.New("nothing is mapped there")
		}
		return words{a: uint64(f.back)}.ReadMemory(a, p)
	}
	for i := range p {
		switch a + table.Addr(i) {
		case abort, jump:
			p[i] = 0xeb
		case abort + 1, jump + 1:
			p[i] = 0
		default:
			p[i] = 0x90
		}
		for at, code := range m {
			if n := a + table.Addr(i) - at; n < table.Addr(len(code)) {
				p[i] = code[n]
			}
		}
	}
	return len(p), nil
}

func program() *line.Program { return programOf(text{}, symbols{}) }

// programOf returns the program with other code at some addresses.
func programOf(m text, sym symbols) *line.Program {
	s := rseq.New(amd64.Arch(), m, sym)
	s.Reload([]*table.Module{{Low: 0x400000, High: 0x403000, File: &table.File{Sections: []table.Section{
		{At: 0x402100, Start: 0x401009, End: 0x40100c, Abort: table.FileAddr(abort)},
		{At: 0x402120, Start: 0x401028, End: 0x401029, Abort: table.FileAddr(within)},
	}}}})
	return line.New(m, sym, s)
}

// begin returns the walk out of the line at pc.
func begin(t *testing.T, p *line.Program, pc, sp table.Addr, depth int, into bool) line.Walk {
	t.Helper()
	r := regs(pc, sp)
	w, ok := p.Begin(&r, depth, into)
	if !ok {
		t.Fatalf("no walk from %v", pc)
	}
	return w
}

func TestAWalkBeginsOnALine(t *testing.T) {
	p := program()
	if w := begin(t, p, 0x401014, 0x7000, 1, true); w.Line.Line != 21 || w.Function.Name != "f" || w.CFA != 0x7010 || len(w.Block) != 3 {
		t.Errorf("%+v", w)
	}
	if w := begin(t, p, 0x401014, 0x7100, 0, false); w.Line.Line != 3 || w.CFA != 0x7100 {
		t.Errorf("where the frame is not known: %+v", w)
	}
	for _, pc := range []table.Addr{kEntry, nowhere} {
		r := regs(pc, 0x7000)
		if w, ok := p.Begin(&r, 0, true); ok {
			t.Errorf("at %v begins %+v", pc, w)
		}
	}
}

func TestWhereALineStepEnds(t *testing.T) {
	for _, c := range []struct {
		name     string
		into     bool
		from     table.Addr
		depth    int
		pc, sp   table.Addr
		kind     line.ArrivalKind
		shown    int           // Ends: the depth
		next     machine.Range // Within: the first code to leave next
		lineThen int           // Within: the line and the depth of the walk afterwards
		then     int
	}{
		{"another line's statement", false, 0x401000, 0, 0x401008, 0x7000, line.Ends, 0, machine.Range{}, 0, 0},
		{"the middle of another line", false, 0x401028, 0, 0x401020, 0x7000, line.Within, 0, machine.Range{Low: 0x401008, High: 0x401010}, 4, 0},
		{"the same line", false, 0x401008, 0, 0x401020, 0x7000, line.Within, 0, machine.Range{Low: 0x401008, High: 0x401010}, 2, 0},
		{"its statement again", false, 0x401008, 0, 0x401008, 0x7000, line.Within, 0, machine.Range{Low: 0x401008, High: 0x401010}, 2, 0},
		{"code of no line", false, 0x401000, 0, 0x401030, 0x7000, line.Bare, 0, machine.Range{}, 0, 0},
		{"step: a call inlined on the line", true, 0x401018, 0, 0x401010, 0x7000, line.Ends, 1, machine.Range{}, 0, 0},
		{"next: a call inlined on the line", false, 0x401018, 0, 0x401010, 0x7000, line.Within, 0, machine.Range{Low: 0x401010, High: 0x401020}, 3, 0},
		{"out of the inlined call, in the caller's line", false, 0x401014, 1, 0x401018, 0x7000, line.Within, 0, machine.Range{Low: 0x401010, High: 0x401020}, 21, 0},
		{"out of the inlined call, at a statement", false, 0x401014, 1, 0x401028, 0x7000, line.Ends, 0, machine.Range{}, 0, 0},
		{"an inlined call's code before its statement", false, 0x401028, 0, 0x401038, 0x7000, line.Within, 0, machine.Range{Low: 0x401038, High: 0x40103c}, 4, 0},
		{"a deeper activation", false, 0x401008, 0, 0x401028, 0x6fe0, line.Bare, 0, machine.Range{}, 0, 0},
		{"returned to the middle of the call's line", false, 0x401028, 0, 0x401088, 0x7010, line.Within, 0, machine.Range{Low: 0x401080, High: 0x401090}, 30, 0},
		{"returned to the middle of the next line", false, 0x401028, 0, 0x401090, 0x7010, line.Within, 0, machine.Range{Low: 0x401090, High: 0x4010a0}, 30, 0},
		{"returned to a statement", false, 0x401028, 0, 0x401098, 0x7010, line.Ends, 0, machine.Range{}, 0, 0},
		{"returned to the same function", false, 0x401008, 0, 0x401020, 0x7010, line.Within, 0, machine.Range{Low: 0x401008, High: 0x401010}, 3, 0},
		{"a function without lines", false, 0x401028, 0, kEntry, 0x7010, line.Ends, 0, machine.Range{}, 0, 0},
		{"no function", false, 0x401028, 0, nowhere, 0x7010, line.Ends, 0, machine.Range{}, 0, 0},
		{"an abort handler", false, 0x401028, 0, abort, 0x7000, line.Bare, 0, machine.Range{}, 0, 0},
		{"the return from a signal", false, 0x401028, 0, restore, 0x7000, line.Bare, 0, machine.Range{}, 0, 0},
		{"another function, whose frame is not known", false, 0x401028, 0, 0x401098, 0x7100, line.Ends, 0, machine.Range{}, 0, 0},
		{"step: the same", true, 0x401028, 0, 0x401038, 0x7000, line.Within, 0, machine.Range{Low: 0x401038, High: 0x40103c}, 4, 0},
		{"further in the inlined call, on its line", false, 0x401014, 1, 0x401014, 0x7000, line.Within, 0, machine.Range{Low: 0x401014, High: 0x401018}, 21, 1},
	} {
		p := program()
		w := begin(t, p, c.from, 0x7000, c.depth, c.into)
		r := regs(c.pc, c.sp)
		a := p.Arrive(&w, &r)
		if a.Kind != c.kind || a.Kind == line.Ends && a.Depth != c.shown {
			t.Errorf("%s: %+v", c.name, a)
		}
		if a.Kind == line.Within && (len(a.Ranges) == 0 || a.Ranges[0] != c.next || w.Line.Line != c.lineThen || w.Depth != c.then) {
			t.Errorf("%s: %+v, and the walk is on line %d, depth %d", c.name, a, w.Line.Line, w.Depth)
		}
		if want := stack[c.sp].cfa; a.Kind == line.Within && w.CFA != want {
			t.Errorf("%s: the walk is in the frame %v, not %v", c.name, w.CFA, want)
		}
	}
}

// If a step leaves one inlined call at the beginning of the next one, it shows their caller.
func TestAnInlinedCallIsNotEnteredFromAnother(t *testing.T) {
	p := program()
	w := begin(t, p, 0x401014, 0x7000, 1, true)
	w.Block = []machine.Range{{Low: 0x401014, High: 0x401018}}
	r := regs(0x401010, 0x7000)
	if a := p.Arrive(&w, &r); a.Kind != line.Ends || a.Depth != 0 {
		t.Errorf("%+v", a)
	}
}

func TestWhatCountsAsTheLine(t *testing.T) {
	handler := machine.Range{Low: abort, High: abort + 2}
	for _, c := range []struct {
		name string
		into bool
		pc   table.Addr
		want []machine.Range
	}{
		{"next: inlined calls", false, 0x401018, []machine.Range{{Low: 0x401010, High: 0x401020}}},
		{"step: without them", true, 0x401018, []machine.Range{{Low: 0x401018, High: 0x401020}}},
		{"the abort handlers of its sections", false, 0x401008, []machine.Range{{Low: 0x401008, High: 0x401010}, {Low: 0x401020, High: 0x401028}, handler}},
		{"one that is in the line", false, 0x401028, []machine.Range{{Low: 0x401028, High: 0x401030}}},
		{"for step, too", true, 0x401008, []machine.Range{{Low: 0x401008, High: 0x401010}, {Low: 0x401020, High: 0x401028}, handler}},
	} {
		p := program()
		w := begin(t, p, c.pc, 0x7000, 0, c.into)
		ranges := append(symbols{}.LineRanges(c.pc, 0), machine.Range{})
		was := slices.Clone(ranges)
		if got := p.Cover(&w, ranges[:len(ranges)-1]); !slices.Equal(got, c.want) {
			t.Errorf("%s: %v, want %v", c.name, got, c.want)
		}
		if !slices.Equal(ranges, was) {
			t.Errorf("%s: the given ranges are changed", c.name)
		}
	}
}

func TestStraysAreStepsOfTheInlinedCallThatWasLeft(t *testing.T) {
	for _, c := range []struct {
		name   string
		pc, sp table.Addr
		caught bool
		want   table.Addr // their end; 0: none
	}{
		{"the middle of another line", 0x401020, 0x7000, false, 0x401028},
		{"that of a line that begins once more", 0x401044, 0x7000, false, 0x401048},
		{"a statement", 0x401028, 0x7000, false, 0},
		{"the call's own line", 0x401018, 0x7000, false, 0},
		{"another frame", 0x401020, 0x7010, false, 0},
		{"another function", 0x401090, 0x7000, false, 0},
		{"where an exception was caught", 0x401020, 0x7000, true, 0},
	} {
		p := program()
		w := begin(t, p, 0x401018, 0x7000, 0, false)
		w.Caught = c.caught
		r := regs(c.pc, c.sp)
		got, ok := p.Strays(&w, &r)
		if ok != (c.want != 0) || ok && !slices.Equal(got, []machine.Range{{Low: c.pc, High: c.want}}) {
			t.Errorf("%s: %v, %v", c.name, got, ok)
		}
	}
}

func TestUntilRunsOutWhatStandsBefore(t *testing.T) {
	for _, c := range []struct {
		pc    table.Addr
		depth int
		want  machine.Range
	}{
		{0x40100a, 0, machine.Range{Low: fEntry, High: 0x401010}},
		{0x401020, 0, machine.Range{Low: fEntry, High: 0x401028}},
		{cold, 0, machine.Range{Low: cold, High: cold + 1}},         // the code before it belongs to no loop of it
		{0x401014, 1, machine.Range{Low: 0x401014, High: 0x401018}}, // g's code only
	} {
		p := program()
		w := begin(t, p, c.pc, 0x7000, c.depth, false)
		if got := p.Before(&w, c.pc); got != c.want {
			t.Errorf("at %v: %v, want %v", c.pc, got, c.want)
		}
	}
}

// Compare with a check of each address.
func TestOutsideCutsARangeAway(t *testing.T) {
	const size = 7
	var all []machine.Range
	for low := table.Addr(0); low < size; low++ {
		for high := low + 1; high <= size; high++ {
			all = append(all, machine.Range{Low: low, High: high})
		}
	}
	for _, cut := range all {
		for _, x := range all {
			got := line.Outside(cut, []machine.Range{x, {Low: 20, High: 21}})
			for a := table.Addr(0); a < 22; a++ {
				if want := (x.Contains(a) || a == 20) && !cut.Contains(a); machine.InRanges(got, a) != want {
					t.Errorf("%v without %v is %v", x, cut, got)
				}
			}
		}
	}
}

func TestWhichCallsAreEntered(t *testing.T) {
	p := program()
	for target, want := range map[table.Addr]table.Addr{hEntry: hEntry, stub: hEntry, hEntry + 8: 0, kEntry: 0, nowhere: 0} {
		if fn, ok := p.Callee(&line.Walk{}, target); ok != (want != 0) || ok && fn.Entry != want {
			t.Errorf("a call of %v enters %+v, %v", target, fn, ok)
		}
	}
	for _, c := range []struct {
		name string
		sp   table.Addr
		want bool
	}{
		{"by the frame", 0x6ff8, true},
		{"by its tail call", 0x7008, true},
		{"by another function", 0x7000, false},
		{"by nobody known", 0x7100, false},
	} {
		w := begin(t, p, 0x401018, 0x7000, 0, true)
		r := regs(hEntry, c.sp)
		if got := p.CalledFrom(&w, &r); got != c.want {
			t.Errorf("called %s: %v", c.name, got)
		}
	}
	deeper := begin(t, p, 0x401018, 0x7010, 0, true)
	if r := regs(hEntry, 0x6ff8); p.CalledFrom(&deeper, &r) {
		t.Error("a call of a deeper activation of the function counts")
	}
}

func TestWhichFrameAWalkIsIn(t *testing.T) {
	p := program()
	w := begin(t, p, 0x401018, 0x7000, 0, false)
	for _, c := range []struct {
		sp            table.Addr
		in            bool
		lands, leaves bool // an exception: for a step, for finish
	}{
		{0x6fe0, false, false, false},
		{0x7000, true, true, false},
		{0x7010, true, true, true},
		{0x7100, true, true, true},
	} {
		r := regs(0x401018, c.sp)
		if got := p.InFrame(&w, &r); got != c.in {
			t.Errorf("with the stack at %v it is in its frame: %v", c.sp, got)
		}
		for _, whole := range []bool{false, true} {
			w, want := w, c.lands
			if w.Whole = whole; whole {
				want = c.leaves
			}
			if got := p.Land(&w, &r); got != want || w.Caught != want {
				t.Errorf("with the stack at %v, whole %v, it has landed: %v", c.sp, whole, got)
			}
		}
	}
	if r := regs(0x401018, 0x7000); !p.ReturnsTo(&r, 0x401088) || p.ReturnsTo(&r, 0x401018) {
		t.Error("the return address is not known")
	}
}
