package progress

import (
	"errors"
	"maps"
	"slices"
	"syscall"
	"testing"

	"rseqstep/stepper/drive"
	"rseqstep/stepper/ledger"
	"rseqstep/stepper/machine"
	"rseqstep/stepper/machine/amd64"
	"rseqstep/stepper/rseq"
	"rseqstep/stepper/tracee"
	"rseqstep/table"
)

// A function with one section, and another section without code that shares its handler.
const (
	arm   = table.Addr(0x401007) // the arming store
	begin = table.Addr(0x401010)
	end   = table.Addr(0x401016)
	abort = table.Addr(0x401044)
	other = table.Addr(0x401020)
	desc  = table.Addr(0x402000)
)

// world is a process with two threads: what a Watch, its loop and its book use of one.
type world struct {
	tracee.Target
	bytes  map[table.Addr]byte
	regs   map[int]*machine.Regs
	debug  map[int]*[4]table.Addr
	queued map[int]bool
	refuse error                 // of SetDebug
	armed  map[int]*table.Placed // what the kernel would find in rseq_cs
	inside bool                  // the user has a breakpoint in each section
	counts map[table.Addr]rseq.Counts

	image  *table.Image
	drive  *drive.Driver
	book   *ledger.Book
	limits Limits
	*Watch
}

func newWorld(t *testing.T) *world {
	t.Helper()
	w := &world{
		bytes: map[table.Addr]byte{}, regs: map[int]*machine.Regs{}, debug: map[int]*[4]table.Addr{}, queued: map[int]bool{},
		armed: map[int]*table.Placed{}, counts: map[table.Addr]rseq.Counts{}, limits: DefaultLimits(),
	}
	for a := table.Addr(0x401000); a < 0x402200; a++ {
		w.bytes[a] = 0x90
	}
	w.put(0x401000, "\x48\x8d\x05\xf9\x0f\x00\x00")    // lea desc(%rip),%rax
	w.put(arm, "\x64\x48\x89\x04\x25\x08\x00\x00\x00") // mov %rax,%fs:8
	w.put(begin, "\x48\x8b\x07\x48\x89\x07\xc3")       // mov (%rdi),%rax; mov %rax,(%rdi); ret
	w.put(abort-4, "\x53\x30\x05\x53\xc3")
	sections := rseq.New(amd64.Arch(), w, symbols{})
	sections.Reload([]*table.Module{{Path: "program", Low: 0x400000, High: 0x403000, File: &table.File{Sections: []table.Section{
		{At: table.FileAddr(desc), Start: table.FileAddr(begin), End: table.FileAddr(end), Abort: table.FileAddr(abort)},
		{At: table.FileAddr(desc + 0x20), Start: table.FileAddr(other), End: table.FileAddr(other + 4), Abort: table.FileAddr(abort)},
	}}}})
	w.image = sections.Image()
	w.book = ledger.New(w)
	w.drive = drive.New(w, w.book, nil)
	w.Watch = New(w, w.drive, w.book, sections, w, &w.limits)
	for tid := 1; tid <= 2; tid++ {
		r := amd64.Regs(machine.Words{})
		r.SetPC(0x401000)
		w.regs[tid], w.debug[tid] = &r, &[4]table.Addr{}
		w.drive.Adopt(tid)
	}
	return w
}

func (w *world) put(a table.Addr, code string) {
	for i := range len(code) {
		w.bytes[a+table.Addr(i)] = code[i]
	}
}

func (w *world) ReadMemory(a table.Addr, p []byte) (int, error) {
	for i := range p {
		b, ok := w.bytes[a+table.Addr(i)]
		if !ok {
			return i, errors.New("nothing is mapped there")
		}
		p[i] = b
	}
	return len(p), nil
}
func (w *world) Alive() bool             { return true }
func (w *world) PID() int                { return 1 }
func (w *world) Held(int) bool           { return true }
func (w *world) Queued(tid int) bool     { return w.queued[tid] }
func (w *world) Interrupt()              {}
func (w *world) ExitKill(bool)           {}
func (w *world) Insert(table.Addr) error { return nil }
func (w *world) Remove(table.Addr) error { return nil }
func (w *world) Regs(tid int, r *machine.Regs) error {
	if w.regs[tid] == nil {
		return syscall.ESRCH
	}
	*r = *w.regs[tid]
	return nil
}
func (w *world) SetRegs(tid int, r *machine.Regs) error { *w.regs[tid] = *r; return nil }
func (w *world) SetDebug(tid, n int, kind tracee.DebugKind, a table.Addr, _ int) error {
	if kind == tracee.DebugOff {
		a = 0
	} else if w.refuse != nil {
		return w.refuse
	}
	for id, d := range w.debug {
		if tid == id || tid == 0 {
			d[n] = a
		}
	}
	return nil
}

// Armed, Inside and Saw make it a Host.
func (w *world) Armed(t *drive.Thread) (table.Addr, *table.Placed, error) {
	return 0, w.armed[t.TID], nil
}
func (w *world) Inside(int, *table.Placed) bool { return w.inside }
func (w *world) Saw(start table.Addr, r rseq.Result) {
	c := w.counts[start]
	c.Count(r)
	w.counts[start] = c
}

// symbols is one function without lines.
type symbols struct{}

func (symbols) Extent(pc table.Addr) (table.Addr, []machine.Range, bool) {
	return 0x401000, []machine.Range{{Low: 0x401000, High: 0x401048}}, pc >= 0x401000 && pc < 0x401048
}
func (symbols) Statements(machine.Range) []table.Addr                    { return nil }
func (symbols) BeginsStatement(table.Addr) bool                          { return false }
func (symbols) Symbol(table.Addr) (string, uint64, bool)                 { return "", 0, false }
func (symbols) Trampoline(table.Addr, machine.Memory) (table.Addr, bool) { return 0, false }

func (w *world) thread(tid int) *thread { return w.of(w.drive.Thread(tid)) }

// at moves a thread.
func (w *world) at(tid int, pc table.Addr) {
	w.regs[tid].SetPC(pc)
	w.drive.Thread(tid).Fresh = false
}

// watches lists the addresses in a thread's debug registers.
func (w *world) watches(tid int) []table.Addr {
	list := slices.DeleteFunc(slices.Clone(w.debug[tid][:]), func(a table.Addr) bool { return a == 0 })
	slices.Sort(list)
	return list
}

// steps begins a step of thread 1 over the code of the first section.
func (w *world) steps(t *testing.T) (th *thread, m *drive.Move) {
	t.Helper()
	th = w.thread(1)
	m = drive.Journey(th.Thread)
	m.Trap(0x401047, drive.Always)
	m.Sections = []*table.Placed{w.image.At(begin)}
	if err := w.Begins(m); err != nil {
		t.Fatal(err)
	}
	return th, m
}

// aborts is an abort of the thread in the first section, at the debug register that watches it.
func (w *world) aborts(t *testing.T, th *thread) {
	t.Helper()
	w.at(th.TID, abort)
	n := slices.Index(w.debug[th.TID][:], abort)
	if n < 0 {
		t.Fatalf("an abort is not seen: %v", w.watches(th.TID))
	}
	if _, done, err := w.Hits(th.Thread, &tracee.Event{Kind: tracee.EventDebug, TID: th.TID, Slot: n}); !done || err != nil {
		t.Fatalf("done %v, %v", done, err)
	}
}

func (w *world) runs(t *testing.T, th *thread, want ...table.Addr) {
	t.Helper()
	if err := w.Runs(th.Thread); err != nil {
		t.Fatal(err)
	}
	if got := w.watches(th.TID); !slices.Equal(got, want) {
		t.Fatalf("thread %d is watched at %v, not %v, after %+v", th.TID, got, want, th.history[begin])
	}
}

// A step's passes are counted at the handler, then at post-commit too, and the pass that would be
// the third in vain begins as a unit. A commit ends all that.
func TestAStepCountsItsPassesAndCatchesTheOneThatNeedsHelp(t *testing.T) {
	w := newWorld(t)
	th, _ := w.steps(t)
	w.runs(t, th, abort)
	w.aborts(t, th)
	w.runs(t, th, end, abort)
	w.aborts(t, th)
	w.runs(t, th, arm, end, abort) // it is still at the handler
	w.at(1, 0x401000)
	w.runs(t, th, arm)
	w.runs(t, w.thread(2)) // the other thread has no points
	n := slices.Index(w.debug[1][:], arm)
	w.at(1, arm)
	both := tracee.Event{Kind: tracee.EventDebug, TID: 1, Slot: n, Slots: 1<<n | 1<<3}
	arms, done, err := w.Hits(th.Thread, &both)
	if arms != nil || done || err != nil || both.Slot != 3 || both.Slots != 1<<3 {
		t.Errorf("with a watchpoint of the user's: %v, %v, %v, %+v", arms, done, err, both)
	}
	if arms, done, err = w.Hits(th.Thread, &tracee.Event{Kind: tracee.EventDebug, TID: 1, Slots: 1 << n}); arms == nil || arms.Start != begin || !done || err != nil {
		t.Errorf("at the arming store: %v, %v, %v", arms, done, err)
	}
	if w.counts[begin] != (rseq.Counts{Passes: 2, Aborts: 2}) || th.fruitless != 2 {
		t.Errorf("%+v", w.counts)
	}
	th.count(begin, rseq.Committed)
	w.at(1, 0x401000)
	w.runs(t, th, abort)
	if err := w.UnwatchAll(); err != nil || len(w.watches(1)) != 0 || w.book.Outstanding() {
		t.Errorf("left: %v, %v", w.watches(1), err)
	}
}

// What keeps a pass from being caught: the user's own places, and a section that nothing helps. A
// line step then looks at once.
func TestAPassThatCannotBeCaught(t *testing.T) {
	for name, prevent := range map[string]func(w *world, n *rseq.Passes){
		"a breakpoint inside": func(w *world, _ *rseq.Passes) { w.inside = true },
		"a breakpoint at the arming store": func(w *world, _ *rseq.Passes) {
			_ = w.book.Plant(arm, ledger.Owner{Why: ledger.Asked, Of: 1})
		},
		"a debug register there": func(w *world, _ *rseq.Passes) {
			_ = w.book.SetDebug(ledger.Owner{Why: ledger.Asked, Of: 1}, tracee.DebugExecute, arm, 1)
		},
		"nothing helps": func(_ *world, n *rseq.Passes) { n.Helpless = true },
	} {
		w := newWorld(t)
		th, _ := w.steps(t)
		p, n := w.image.At(begin), th.history.Of(begin)
		n.Aborts = 3
		if w.catch(th, p) != arm || w.NeedsLook(th.Thread, p) {
			t.Fatalf("%s: not caught before", name)
		}
		if prevent(w, n); w.catch(th, p) != 0 || w.NeedsLook(th.Thread, p) == n.Helpless {
			t.Errorf("%s: caught at %v, needs a look: %v", name, w.catch(th, p), w.NeedsLook(th.Thread, p))
		}
	}
}

// A read of the code that fails keeps no later pass from being caught.
func TestAFailedReadIsNotRemembered(t *testing.T) {
	w := newWorld(t)
	th, _ := w.steps(t)
	p, kept := w.image.At(begin), w.bytes
	th.history.Of(begin).Aborts = 3
	w.bytes = nil
	if w.catch(th, p) != 0 || !w.NeedsLook(th.Thread, p) {
		t.Error("caught, with code that cannot be read")
	}
	if w.bytes = kept; w.catch(th, p) != arm || w.NeedsLook(th.Thread, p) {
		t.Error("not caught after the code could be read again")
	}
}

// A thread that is at the arming store already has hit that register once; RF would make it skip
// the register now.
func TestAThreadAtTheArmingStoreIsCaughtThere(t *testing.T) {
	w := newWorld(t)
	th, _ := w.steps(t)
	th.history.Of(begin).Aborts = 2
	w.regs[1].SetPassesDebug(true)
	w.at(1, arm)
	if w.runs(t, th, arm); w.regs[1].PassesDebug() {
		t.Error("it would skip the register")
	}
}

// A pass that ends at a breakpoint that is there already counts once, and so does one whose event
// nobody has waited for when the journey ends.
func TestAPassCountsOnce(t *testing.T) {
	t.Run("at a breakpoint", func(t *testing.T) {
		w := newWorld(t)
		if err := w.book.Plant(abort, ledger.Owner{Why: ledger.Asked, Of: 1}); err != nil {
			t.Fatal(err)
		}
		th, _ := w.steps(t)
		w.runs(t, th) // no debug register
		w.at(1, abort)
		if err := w.HitsBreakpoint(th.Thread, abort); err != nil || th.history[begin].Aborts != 1 {
			t.Fatalf("%v, %+v", err, th.history[begin])
		}
		if !w.regs[1].PassesDebug() {
			t.Error("a debug register there would count it again")
		}
	})
	t.Run("unreported", func(t *testing.T) {
		for _, queued := range []bool{false, true} {
			w := newWorld(t)
			th, _ := w.steps(t)
			w.runs(t, th, abort)
			w.queued[1] = queued
			w.regs[1].SetPassesDebug(true)
			w.at(1, abort)
			if err := w.UnwatchAll(); err != nil || (th.history[begin] != nil) != queued {
				t.Errorf("queued %v: %v, %+v", queued, err, th.history[begin])
			}
		}
	})
}

// Sections may share a handler: what the thread has armed says which of them was aborted.
func TestAnAbortIsCountedForItsSection(t *testing.T) {
	for start, armed := range map[table.Addr]table.Addr{begin: 0, other: other} {
		w := newWorld(t)
		th, m := w.steps(t)
		m.Sections = append(m.Sections, w.image.At(other))
		if err := w.Begins(m); err != nil {
			t.Fatal(err)
		}
		if armed != 0 {
			w.armed[1] = w.image.At(armed)
		}
		w.runs(t, th, abort)
		w.aborts(t, th)
		if got := slices.Collect(maps.Keys(th.history)); !slices.Equal(got, []table.Addr{start}) {
			t.Errorf("armed %v: counted for %v", armed, got)
		}
	}
}

// A request fails: the points before it are in the book, and freed again. A lone move has all
// registers, until its end.
func TestRegistersAreFreed(t *testing.T) {
	w := newWorld(t)
	th, _ := w.steps(t)
	w.refuse = syscall.EIO
	if err := w.Runs(th.Thread); !errors.Is(err, syscall.EIO) {
		t.Errorf("%v", err)
	}
	w.refuse = nil
	if err := w.UnwatchAll(); err != nil || w.book.Outstanding() {
		t.Errorf("left: %v, %v", w.watches(1), err)
	}
	w.runs(t, th, abort)
	lone := drive.Run(th.Thread, nil, drive.Always, 0)
	if err := w.Begins(lone); err != nil || len(w.watches(1)) != 0 {
		t.Errorf("a lone move: %v, %v", w.watches(1), err)
	}
	w.runs(t, th)
}

// A sentry's look gives a thread that has armed a section a probe; when that has counted enough,
// the thread is reported once, and helped if the user wants that.
func TestAProbeOfAContinueReportsAndHelps(t *testing.T) {
	for when, want := range map[When][]table.Addr{Reports: nil, Injects: {arm, end}} {
		w := newWorld(t)
		w.limits.Stuck = when
		var said []Report
		w.Stuck = func(r Report) { said = append(said, r) }
		th := w.thread(1)
		m := drive.Journey(th.Thread)
		m.Free = true
		if err := w.Begins(m); err != nil {
			t.Fatal(err)
		}
		w.armed[1] = w.image.At(begin)
		look := func() {
			w.sentry.mu.Lock()
			w.sentry.found = []int{1, 7}
			w.sentry.mu.Unlock()
			w.sentry.fired.Store(true)
			m.Woken()
		}
		for range 2 {
			for looked := 0; looked < 2; looked++ {
				look()
			}
			w.at(1, begin)
			w.runs(t, th, end, abort)
			for range probePasses {
				w.aborts(t, th)
			}
			w.at(1, 0x401000)
			if when == Reports {
				w.runs(t, th)
			} else {
				w.runs(t, th, want...)
				w.Helps(th.Thread)
				th.count(begin, rseq.Committed)
			}
		}
		if len(said) != 1 || said[0].TID != 1 || said[0].Start != begin || said[0].Passes != probePasses {
			t.Errorf("%d: said %+v", when, said)
		}
		w.sentry.end()
	}
}
