package call_test

import (
	"crypto/sha256"
	"encoding/binary"
	"errors"
	"fmt"
	"syscall"
	"testing"

	"rseqstep/stepper/call"
	"rseqstep/stepper/drive"
	"rseqstep/stepper/ledger"
	"rseqstep/stepper/machine"
	"rseqstep/stepper/machine/amd64"
	"rseqstep/stepper/rseq"
	"rseqstep/stepper/source"
	"rseqstep/stepper/steptest"
	"rseqstep/stepper/tracee"
	"rseqstep/table"
)

const (
	entry    = table.Addr(0x401000) // the program's, with a hlt behind it
	function = table.Addr(0x402000)
	pc, sp   = table.Addr(0x403000), table.Addr(0x7000)
	usr1     = 10
)

// world is a scripted process with an entry point and vector registers, some of whose requests
// fail.
type world struct {
	*steptest.Target
	area []byte
	made int // requests so far
	fail int // the one that fails, from 1; 0: none
}

var errBroken = errors.New("the request fails")

func (w *world) request() error {
	if w.made++; w.made == w.fail {
		return errBroken
	}
	return nil
}

func (w *world) Auxv() ([]byte, error) {
	if err := w.request(); err != nil {
		return nil, err
	}
	return binary.LittleEndian.AppendUint64(binary.LittleEndian.AppendUint64(nil, tracee.AuxEntry), uint64(entry)), nil
}

func (w *world) XState(int) ([]byte, error) { return append([]byte(nil), w.area...), w.request() }

func (w *world) SetXState(_ int, area []byte) error {
	if err := w.request(); err != nil {
		return err
	}
	copy(w.area, area)
	return nil
}

func (w *world) SetRegs(tid int, r *machine.Regs) error {
	if err := w.request(); err != nil {
		return err
	}
	return w.Target.SetRegs(tid, r)
}

func (w *world) SignalMask(tid int) (uint64, error) {
	mask, err := w.Target.SignalMask(tid)
	return mask, errors.Join(err, w.request())
}

func (w *world) WriteMemory(a table.Addr, p []byte) (int, error) {
	if err := w.request(); err != nil {
		return 0, err
	}
	return w.Target.WriteMemory(a, p)
}

func (w *world) Insert(a table.Addr) error {
	if err := w.request(); err != nil {
		return err
	}
	return w.Target.Insert(a)
}

func (w *world) DropSignal(tid int) error {
	if err := w.request(); err != nil {
		return err
	}
	return w.Target.DropSignal(tid)
}

// threads loads registers as the loop does.
type threads struct {
	w     *world
	known map[*drive.Thread]bool
	notes []string
}

func (t *threads) Load(th *drive.Thread) error {
	if th.Fresh {
		return nil
	}
	err := t.w.Regs(th.TID, &th.Regs)
	th.Fresh = err == nil
	return err
}

func (t *threads) Knows(th *drive.Thread) bool { return t.known[th] }

func (t *threads) Notify(text string, a ...any) { t.notes = append(t.notes, fmt.Sprintf(text, a...)) }

// program is a world with one thread, which has a signal to be delivered, and the Calls under test.
type program struct {
	*call.Calls
	t     *testing.T
	w     *world
	book  *ledger.Book
	th    *drive.Thread
	known *threads
}

func newProgram(t *testing.T) *program {
	t.Helper()
	r := amd64.Regs(machine.Words{amd64.OrigRAX: ^uint64(0), amd64.RBX: 5})
	r.SetPC(pc)
	r.SetSP(sp)
	w := &world{Target: steptest.New(t, &steptest.Thread{TID: 1, Regs: r, Mask: 6}), area: make([]byte, 512)}
	w.area[300] = 9
	w.Code(entry, 0x90, 0x90, amd64.Arch().Halt[0])
	w.Code(sp-0x400, make([]byte, 0x400)...)
	symbols := &steptest.Symbols{}
	p := &program{t: t, w: w, book: ledger.New(w), th: &drive.Thread{TID: 1, Signal: usr1, StoppedAt: pc, View: source.View{PC: pc, Depth: 2}}}
	p.known = &threads{w: w, known: map[*drive.Thread]bool{p.th: true}}
	p.Calls = call.New(w, p.known, p.book, rseq.New(w.Arch(), w, rseq.OfSource(symbols)), symbols)
	if err := p.known.Load(p.th); err != nil {
		t.Fatal(err)
	}
	return p
}

// state is what a call must not change in the end.
func (p *program) state() string {
	var r machine.Regs
	err := p.w.Regs(1, &r)
	mask, _ := p.w.Target.SignalMask(1)
	return fmt.Sprintf("%x %x %x %v %v %v", r.W, sha256.Sum256(p.w.area), mask, p.th.Signal, p.th.View, err)
}

// enter begins a call of the function with an argument.
func (p *program) enter(argument uint64) (*call.Frame, call.Call, error) {
	c := call.Call{Function: function, SP: call.Room(&p.th.Regs) - 8, VectorsUsed: 1}
	c.Integers[0], c.Vectors[0][3] = argument, 4
	f, err := p.Enter(p.th, c)
	return f, c, err
}

// run changes the thread's registers as the program does.
func (p *program) run(change func(r *machine.Regs)) {
	change(&p.w.Thread(1).Regs)
	p.w.area[200] = 77
	p.th.Fresh = false
}

func (p *program) mustEnter(argument uint64) (*call.Frame, call.Call) {
	p.t.Helper()
	f, c, err := p.enter(argument)
	if err == nil {
		err = p.known.Load(p.th)
	}
	if err != nil {
		p.t.Fatal(err)
	}
	return f, c
}

// left fails the test unless nothing of a call is left.
func (p *program) left(what, before string) {
	p.t.Helper()
	if after := p.state(); after != before {
		p.t.Errorf("%s:\nbefore %s\nafter  %s", what, before, after)
	}
	if p.Innermost(p.th) != nil || len(p.w.Planted()) != 0 {
		p.t.Errorf("%s: held: %v, traps: %v", what, p.Innermost(p.th), p.w.Planted())
	}
}

func TestCalledFunctionBeginsAndReturns(t *testing.T) {
	p := newProgram(t)
	before := p.state()
	f, c := p.mustEnter(3)
	r := p.th.Regs
	ra, ok := r.ReturnAddress(p.w)
	if r.PC() != function || r.SP() != c.SP || r.Arguments()[0] != 3 || !ok || ra != entry+2 || p.w.area[160+3] != 4 {
		t.Errorf("at the first instruction: %x, returning to %v", r.W, ra)
	}
	if got := p.w.Planted(); len(got) != 1 || got[0] != ra || p.th.Signal != 0 || !p.Holds(p.th, f) {
		t.Errorf("traps %v, signal %d, %+v", got, p.th.Signal, f)
	}
	if f, _, err := p.Returned(p.th); f != nil || err != nil {
		t.Errorf("it has returned already: %v, %v", f, err)
	}
	p.run(func(r *machine.Regs) {
		r.SetPC(ra)
		r.SetSP(f.CFA())
		r.SetResult(42)
	})
	got, result, err := p.Returned(p.th)
	if got != f || err != nil || result.Integers[0] != 42 || result.XState[200] != 77 {
		t.Errorf("%v, %+v, %v", got, result, err)
	}
	p.left("after the return", before)
}

func TestLeftCallsAreForgotten(t *testing.T) {
	returns := func(f *call.Frame) func(r *machine.Regs) {
		return func(r *machine.Regs) { r.SetPC(entry + 2); r.SetSP(f.CFA()) }
	}
	for name, c := range map[string]struct {
		leave func(p *program, outer, inner *call.Frame) error
		kept  bool // the thread stays where it is
	}{
		"the outer returns": {func(p *program, outer, inner *call.Frame) error {
			p.run(returns(outer))
			f, _, err := p.Returned(p.th)
			if f != outer {
				p.t.Errorf("returned: %v", f)
			}
			return err
		}, false},
		"both return, one after the other": {func(p *program, outer, inner *call.Frame) error {
			for _, f := range []*call.Frame{inner, outer} {
				p.run(returns(f))
				if got, _, _, err := settle(p); got != f || err != nil {
					p.t.Errorf("returned: %v, %v", got, err)
				}
			}
			return nil
		}, false},
		"undone":             {func(p *program, outer, _ *call.Frame) error { return p.Undo(p.th, outer) }, false},
		"undone for parting": {func(p *program, _, _ *call.Frame) error { return p.UndoAll() }, false},
		"undone in an interrupted mask": {func(p *program, outer, _ *call.Frame) error {
			return errors.Join(p.w.SetSignalMask(1, 0xff), p.Undo(p.th, outer))
		}, false},
		"left by longjmp": {func(p *program, _, _ *call.Frame) error {
			p.run(func(r *machine.Regs) { r.SetPC(pc + 100); r.SetSP(sp + 64) })
			_, _, _, err := settle(p)
			return err
		}, true},
		"the thread has ended": {func(p *program, _, _ *call.Frame) error { p.Gone(p.th); return nil }, true},
	} {
		p := newProgram(t)
		before := p.state()
		outer, _ := p.mustEnter(1)
		inner, _ := p.mustEnter(2)
		if p.Innermost(p.th) != inner || len(p.w.Planted()) != 1 {
			t.Fatalf("%v, traps %v", p.Innermost(p.th), p.w.Planted())
		}
		if err := c.leave(p, outer, inner); err != nil {
			t.Errorf("%s: %v", name, err)
		}
		if c.kept {
			before = p.state()
		}
		p.left(name, before)
	}
}

func settle(p *program) (*call.Frame, *call.Result, bool, error) {
	f, result, err := p.Settle(func(*drive.Thread) bool { return false })
	return f, result, f != nil, err
}

func TestSettleLeavesOutWhomItIsTold(t *testing.T) {
	p := newProgram(t)
	f, _ := p.mustEnter(1)
	p.run(func(r *machine.Regs) { r.SetPC(entry + 2); r.SetSP(f.CFA()) })
	if got, _, err := p.Settle(func(th *drive.Thread) bool { return th == p.th }); got != nil || err != nil || !p.Holds(p.th, f) {
		t.Errorf("%v, %v", got, err)
	}
	delete(p.known.known, p.th) // a fork's child is followed, without this thread
	if got, _, _, err := settle(p); got != nil || err != nil || p.Innermost(p.th) != nil {
		t.Errorf("of a thread that is gone: %v, %v", got, err)
	}
	p.Forget()
	_ = p.w.Kill()
}

// Whatever request fails, a call that does not begin leaves the thread as it was.
func TestCallThatCannotBeginChangesNothing(t *testing.T) {
	for n := 1; ; n++ {
		p := newProgram(t)
		before := p.state()
		p.w.made, p.w.fail = 0, n
		_, _, err := p.enter(3)
		if p.w.made < n {
			if n < 8 || err != nil {
				t.Errorf("only %d requests: %v", n-1, err)
			}
			_ = p.UndoAll()
			return
		}
		if !errors.Is(err, errBroken) {
			t.Errorf("request %d: %v", n, err)
		}
		p.left(fmt.Sprintf("request %d failed", n), before)
	}
}

// A trap that cannot be removed stays in the book, and the caller learns of it once.
func TestTrapThatCannotBeRemovedIsKept(t *testing.T) {
	for _, broken := range []error{errBroken, syscall.ESRCH} { // a thread may only seem to be gone
		p := newProgram(t)
		f, _ := p.mustEnter(1)
		if p.Kept() {
			t.Error("a trap is kept that is still used")
		}
		p.w.Fail["remove "+(entry+2).String()] = []error{broken}
		p.Drop(p.th, f)
		if !p.Kept() || p.Kept() || p.Holds(p.th, f) {
			t.Errorf("%v: not reported, or not once", broken)
		}
		if told := len(p.known.notes) > 0; told != (broken == errBroken) {
			t.Errorf("%v: notes %q", broken, p.known.notes)
		}
		if err := p.book.GiveBack(); err != nil || len(p.w.Planted()) != 0 {
			t.Errorf("%v: tried again: %v, traps %v", broken, err, p.w.Planted())
		}
	}
}

var _ tracee.Target = (*world)(nil)
