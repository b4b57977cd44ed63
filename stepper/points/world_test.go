package points_test

import (
	"errors"
	"fmt"
	"maps"
	"slices"
	"testing"

	"rseqstep/stepper/ledger"
	"rseqstep/stepper/machine"
	"rseqstep/stepper/machine/amd64"
	"rseqstep/stepper/points"
	"rseqstep/stepper/rseq"
	"rseqstep/stepper/source"
	"rseqstep/stepper/tracee"
	"rseqstep/table"
)

// A function with one section.
const (
	arm   = table.Addr(0x401007) // the arming store
	begin = table.Addr(0x401010)
	store = table.Addr(0x401013) // inside
	end   = table.Addr(0x401016)
	after = table.Addr(0x401018)
	abort = table.Addr(0x401044)
	far   = table.Addr(0x401050)
	desc  = table.Addr(0x402000)
	data  = table.Addr(0x402100)
)

// world is a process whose memory, breakpoints and debug registers are maps. It has only what the
// Set and its ledger use.
type world struct {
	tracee.Changes
	bytes    map[table.Addr]byte
	gone     bool
	traps    map[table.Addr]bool
	slots    [4]table.Addr
	refuse   map[table.Addr]error // errors of Insert
	syscalls bool                 // system call reports are on
	selected int                  // the thread that Holds selected
	notes    []string

	book     *ledger.Book
	sections *rseq.Sections
	*points.Set
}

func newWorld(t *testing.T) *world {
	t.Helper()
	w := &world{bytes: map[table.Addr]byte{}, traps: map[table.Addr]bool{}, refuse: map[table.Addr]error{}}
	for a := table.Addr(0x401000); a < 0x402200; a++ {
		w.bytes[a] = 0x90
	}
	w.put(0x401000, "\x48\x8d\x05\xf9\x0f\x00\x00")    // lea desc(%rip),%rax
	w.put(arm, "\x64\x48\x89\x04\x25\x08\x00\x00\x00") // mov %rax,%fs:8
	w.put(begin, "\x48\x8b\x07\x48\x89\x07\xc3")       // mov (%rdi),%rax; mov %rax,(%rdi); ret
	w.put(abort-4, "\x53\x30\x05\x53\xc3")
	w.sections = rseq.New(amd64.Arch(), w, symbols{})
	w.load(true)
	w.book = ledger.New(w)
	w.Set = points.New(w, w.book, w.sections, symbols{})
	return w
}

func (w *world) put(a table.Addr, code string) {
	for i := range len(code) {
		w.bytes[a+table.Addr(i)] = code[i]
	}
}

// load maps the program's module, or only another one.
func (w *world) load(program bool) {
	modules := []*table.Module{{Path: "other", File: &table.File{}, Low: 0x600000, High: 0x601000}}
	if program {
		modules = append(modules, &table.Module{Path: "program", Low: 0x400000, High: 0x403000, File: &table.File{
			Sections: []table.Section{{At: table.FileAddr(desc), Start: table.FileAddr(begin), End: table.FileAddr(end), Abort: table.FileAddr(abort)}},
		}})
	}
	w.sections.Reload(modules)
}

func (w *world) Arch() *machine.Arch { return amd64.Arch() }
func (w *world) Alive() bool         { return !w.gone }
func (w *world) Threads() []int      { return []int{1, 2} }
func (w *world) Held(int) bool       { return true }
func (w *world) ExitKill(bool)       {}

func (w *world) Regs(int, *machine.Regs) error  { return errors.ErrUnsupported }
func (w *world) XState(int) ([]byte, error)     { return nil, errors.ErrUnsupported }
func (w *world) SignalMask(int) (uint64, error) { return 0, errors.ErrUnsupported }

func (w *world) ReadMemory(a table.Addr, p []byte) (int, error) {
	for n := range p {
		b, ok := w.bytes[a+table.Addr(n)]
		if !ok {
			return n, errors.New("nothing is mapped there")
		}
		p[n] = b
	}
	return len(p), nil
}

func (w *world) Insert(a table.Addr) error {
	if err := w.refuse[a]; err != nil {
		return err
	}
	w.traps[a] = true
	return nil
}

func (w *world) Remove(a table.Addr) error { delete(w.traps, a); return nil }

func (w *world) Inserted(a table.Addr) bool { return w.traps[a] }

func (w *world) SetDebug(_, slot int, kind tracee.DebugKind, a table.Addr, _ int) error {
	if w.slots[slot] = a; kind == tracee.DebugOff {
		w.slots[slot] = 0
	}
	return nil
}

func (w *world) ReportSyscalls(on bool) error { w.syscalls = on; return nil }

func (w *world) Holds(tid int, when func(int) (bool, error)) (bool, error) {
	w.selected = tid
	return when(tid)
}

func (w *world) Notify(format string, args ...any) {
	w.notes = append(w.notes, fmt.Sprintf(format, args...))
}

// planted lists the inserted software breakpoints by address.
func (w *world) planted() []table.Addr { return slices.Sorted(maps.Keys(w.traps)) }

// wantPlanted fails the test unless exactly these breakpoints are inserted.
func (w *world) wantPlanted(t *testing.T, what string, want ...table.Addr) {
	t.Helper()
	if got := w.planted(); !slices.Equal(got, want) {
		t.Errorf("%s: planted are %v, want %v", what, got, want)
	}
}

// add creates a breakpoint and fails the test on an error.
func (w *world) add(t *testing.T, s points.Spec) *points.Breakpoint {
	t.Helper()
	b, err := w.Add(s)
	if err != nil {
		t.Fatal(err)
	}
	return b
}

// symbols has one function, with a call inlined into it at far, and the place "after".
type symbols struct{}

func (symbols) Function(pc table.Addr) (source.Function, bool) {
	entry, code, ok := symbols{}.Extent(pc)
	return source.Function{Name: "f", Entry: entry, Ranges: code}, ok
}

func (symbols) Extent(pc table.Addr) (table.Addr, []machine.Range, bool) {
	code := machine.Range{Low: 0x401000, High: 0x401080}
	return code.Low, []machine.Range{code}, code.Contains(pc)
}

func (symbols) Inlines(pc table.Addr) (depth, entering int) {
	if pc == far {
		return 2, 2
	}
	return 0, 0
}

func (symbols) Line(pc table.Addr, depth int) (source.Line, bool) {
	return source.Line{File: "f.c", Line: 10 + depth}, true
}

var errNoPlace = errors.New("there is no such place")

func (symbols) Lookup(location string, _ table.Addr) ([]source.Place, error) {
	if location == "after" {
		return []source.Place{{Addr: after, Function: "f"}}, nil
	}
	return nil, errNoPlace
}

func (symbols) Statements(machine.Range) []table.Addr                          { return nil }
func (symbols) BeginsStatement(table.Addr) bool                                { return false }
func (symbols) Symbol(table.Addr) (string, uint64, bool)                       { return "f", 0, true }
func (symbols) Trampoline(table.Addr, machine.Memory) (to table.Addr, ok bool) { return 0, false }
