package stepper_test

import (
	"debug/elf"
	"encoding/binary"
	"slices"
	"strings"
	"testing"

	"rseqstep/stepper"
	"rseqstep/stepper/machine"
	"rseqstep/stepper/machine/arm64"
	"rseqstep/stepper/steptest"
	"rseqstep/stepper/tracee"
	"rseqstep/table"
)

// A scripted program for arm64, process addresses: a function with two exclusive sequences, an addition and
// a comparison that swaps.
const (
	nopA   = table.Addr(0x401000)
	load   = table.Addr(0x401004) // ldaxr x0, [x1]
	adds   = table.Addr(0x401008) // add x0, x0, #1
	store  = table.Addr(0x40100c) // stlxr w3, x0, [x1]
	retry  = table.Addr(0x401010) // cbnz w3, load
	nopB   = table.Addr(0x401014)
	load2  = table.Addr(0x401018) // ldaxr x0, [x1]; cmp x0, x2; b.ne differ; stlxr w3, x0, [x1]
	store2 = table.Addr(0x401024)
	retry2 = table.Addr(0x401028) // cbnz w3, load2
	differ = table.Addr(0x40102c) // ret
	word   = table.Addr(0x501000)
)

// scriptedARM64 is scripted for that program.
func scriptedARM64(t *testing.T, pc table.Addr) (*stepper.Engine, *steptest.Target) {
	t.Helper()
	first := &steptest.Thread{TID: 1, Regs: arm64.Regs(machine.Words{})}
	first.Regs.SetPC(pc)
	first.Regs.SetSP(0x7000)
	first.Regs.W[arm64.General(1)] = uint64(word)
	target := steptest.New(t, first)
	target.Forbidden = []stepper.Range{{Low: adds, High: retry}, {Low: load2 + 4, High: retry2}}
	for n, insn := range []uint32{
		0xd503201f, 0xc85ffc20, 0x91000400, 0xc803fc20, 0x35ffffa3, 0xd503201f,
		0xc85ffc20, 0xeb02001f, 0x54000061, 0xc803fc20, 0x35ffff83, 0xd65f03c0,
	} {
		target.Code(nopA+table.Addr(4*n), binary.LittleEndian.AppendUint32(nil, insn)...)
	}
	target.Code(differ+4, make([]byte, 256)...)
	target.Code(word, make([]byte, 64)...)
	module := &table.Module{Path: "scripted", Low: 0x400000, High: 0x403000, File: &table.File{Machine: elf.EM_AARCH64}}
	names := &steptest.Symbols{
		Functions: []stepper.Function{{Name: "add", Entry: nopA, Ranges: []stepper.Range{{Low: nopA, High: differ + 4}}}},
		Names:     map[string]table.Addr{"add": nopA, "inside": store, "load": load},
	}
	e, err := stepper.New(target, names, func() ([]*table.Module, error) { return []*table.Module{module}, nil }, stepper.DefaultPolicy())
	if err != nil {
		t.Fatal(err)
	}
	return e, target
}

// A step from a load-exclusive ends behind the sequence, whichever way it leaves.
func TestStepiRunsAnExclusiveSequence(t *testing.T) {
	for _, c := range []struct{ from, to table.Addr }{{load, retry}, {load2, retry2}, {load2, differ}} {
		e, target := scriptedARM64(t, c.from)
		target.Expect(steptest.Call{Name: "run 1", Do: steptest.Reach(1, c.to)})
		stop, err := e.StepInstruction(t.Context(), 1)
		if err != nil || stop.Reason != stepper.StopStep || stop.PC != c.to {
			t.Errorf("from %v: %+v, %v", c.from, stop, err)
		}
		clean(t, target, 0)
	}
}

// The monitor of a thread that has stopped inside a sequence is lost: it is stepped to the store, which fails.
func TestStepiInsideAnExclusiveSequenceExecutesOneInstruction(t *testing.T) {
	e, target := scriptedARM64(t, adds)
	target.Expect(steptest.Call{Name: "step 1", Do: steptest.Stepped(1, store)}, steptest.Call{Name: "step 1", Do: steptest.Stepped(1, retry)})
	for _, want := range []table.Addr{store, retry} {
		if stop, err := e.StepInstruction(t.Context(), 1); err != nil || stop.PC != want {
			t.Errorf("%+v, %v, want %v", stop, err, want)
		}
	}
}

// Without debug registers the traps behind a sequence are in the code.
func TestStepiRunsAnExclusiveSequenceWithoutDebugRegisters(t *testing.T) {
	e, target := scriptedARM64(t, load2)
	for n := range 4 {
		if _, err := e.AddBreakpoint(stepper.BreakpointSpec{Kind: stepper.WatchWrite, Location: "x", Watch: word + 8 + 8*table.Addr(n), WatchLength: 8}); err != nil {
			t.Fatal(err)
		}
	}
	target.Expect(steptest.Call{Name: "run 1", Do: steptest.Reach(1, retry2)})
	if stop, err := e.StepInstruction(t.Context(), 1); err != nil || stop.Reason != stepper.StopStep || stop.PC != retry2 {
		t.Errorf("%+v, %v", stop, err)
	}
	if got := target.Planted(); len(got) != 0 {
		t.Errorf("planted are %v", got)
	}
}

// A breakpoint inside a sequence stops the thread before it, and the user is told.
func TestABreakpointInsideAnExclusiveSequenceIsMetBeforeIt(t *testing.T) {
	for _, kind := range []stepper.BreakpointKind{stepper.BreakSoftware, stepper.BreakHardware} {
		e, target := scriptedARM64(t, nopA)
		b, err := e.AddBreakpoint(stepper.BreakpointSpec{Kind: kind, Location: "inside"})
		if err != nil || len(b.Places) != 1 || b.Places[0].Addr != load {
			t.Fatalf("%+v, %v", b, err)
		}
		target.Expect(steptest.Call{Name: "wait", Do: steptest.Reach(1, load)}, steptest.Call{Name: "run 1", Do: func(s *steptest.Target) (tracee.Event, error) {
			if th := s.Thread(1); slices.ContainsFunc(th.Debug[:], func(d steptest.Debug) bool { return d.Kind == tracee.DebugExecute && d.Addr == load }) || slices.Contains(s.Planted(), load) {
				t.Errorf("the thread runs from a trap at its PC: %+v, %v", th.Debug, s.Planted())
			}
			return steptest.Reach(1, retry)(s)
		}})
		stop, err := e.Continue(t.Context())
		if err != nil || stop.Reason != stepper.StopBreakpoint || stop.PC != load || !slices.Equal(stop.Breakpoints, []int{b.Number}) {
			t.Fatalf("%+v, %v", stop, err)
		}
		if notes := strings.Join(stop.Notes, "\n"); !strings.Contains(notes, store.String()+" is inside an exclusive sequence") {
			t.Errorf("the notes are %q", notes)
		}
		if stop, err = e.StepInstruction(t.Context(), 1); err != nil || stop.Reason != stepper.StopStep || stop.PC != retry {
			t.Errorf("%+v, %v", stop, err)
		}
		if err := e.DeleteBreakpoint(b.Number); err != nil {
			t.Error(err)
		}
		clean(t, target, 0)
	}
}

// A client that steps threads off breakpoints itself (Policy.StandsToMeet) knows of none at the load, so the thread
// goes on from there.
func TestAClientsBreakpointInsideAnExclusiveSequenceIsMetOnce(t *testing.T) {
	e, target := scriptedARM64(t, nopA)
	e.Policy().StandsToMeet = true
	if _, err := e.AddBreakpoint(stepper.BreakpointSpec{Nameless: true, Location: "*store", Addrs: []table.Addr{store}}); err != nil {
		t.Fatal(err)
	}
	target.Expect(steptest.Call{Name: "wait", Do: steptest.Reach(1, load)})
	if stop, err := e.Continue(t.Context()); err != nil || stop.PC != load {
		t.Fatalf("%+v, %v", stop, err)
	}
	if _, err := e.AddBreakpoint(stepper.BreakpointSpec{Nameless: true, Location: "*retry", Addrs: []table.Addr{retry}}); err != nil {
		t.Fatal(err)
	}
	target.Expect(steptest.Call{Name: "run 1", Do: steptest.Reach(1, retry)})
	if stop, err := e.Continue(t.Context()); err != nil || stop.Reason != stepper.StopBreakpoint || stop.PC != retry {
		t.Errorf("%+v, %v", stop, err)
	}
}

// A watchpoint on the word that a sequence stores is off while the sequence runs, and its change is shown
// behind it; one on another word stays.
func TestAWatchpointOnAnExclusiveWord(t *testing.T) {
	e, target := scriptedARM64(t, load)
	b, err := e.AddBreakpoint(stepper.BreakpointSpec{Kind: stepper.WatchWrite, Location: "word", Watch: word, WatchLength: 8})
	if err != nil {
		t.Fatal(err)
	}
	if _, err := e.AddBreakpoint(stepper.BreakpointSpec{Kind: stepper.WatchWrite, Location: "next", Watch: word + 8, WatchLength: 8}); err != nil {
		t.Fatal(err)
	}
	on := func(s *steptest.Target) (words []table.Addr) {
		for _, d := range s.Thread(1).Debug {
			if d.Kind == tracee.DebugWrite {
				words = append(words, d.Addr)
			}
		}
		return words
	}
	target.Expect(steptest.Call{Name: "run 1", Do: func(s *steptest.Target) (tracee.Event, error) {
		if got := on(s); !slices.Equal(got, []table.Addr{word + 8}) {
			t.Errorf("watched are %v", got)
		}
		s.Code(word, 1)
		return steptest.Reach(1, retry)(s)
	}})
	stop, err := e.StepInstruction(t.Context(), 1)
	if err != nil || stop.Reason != stepper.StopWatchpoint || stop.PC != retry || len(stop.Watch) != 1 || stop.Watch[0].Number != b.Number || stop.Watch[0].Old[0] != 0 || stop.Watch[0].New[0] != 1 {
		t.Errorf("%+v, %v", stop, err)
	}
	if got := on(target); !slices.Equal(got, []table.Addr{word, word + 8}) {
		t.Errorf("watched are %v", got)
	}
}

// A thread that runs natively meets the watchpoint once inside the sequence, whose store fails; from then on,
// the sequence is run with it off.
func TestAWatchpointThatFailsAnExclusiveStoreIsPassedNextTime(t *testing.T) {
	e, target := scriptedARM64(t, nopA)
	b, err := e.AddBreakpoint(stepper.BreakpointSpec{Kind: stepper.WatchWrite, Location: "word", Watch: word, WatchLength: 8})
	if err != nil {
		t.Fatal(err)
	}
	failing := func(s *steptest.Target) (tracee.Event, error) {
		s.Thread(1).Regs.SetPC(retry)
		return steptest.Answer(tracee.Event{Kind: tracee.EventDebug, TID: 1, Slots: 1, Addr: store})(s)
	}
	target.Expect(steptest.Call{Name: "wait", Do: failing}, steptest.Call{Name: "wait", Do: steptest.Reach(1, load)}, steptest.Call{Name: "run 1", Do: func(s *steptest.Target) (tracee.Event, error) {
		s.Code(word, 1)
		return steptest.Reach(1, retry)(s)
	}})
	stop, err := e.Continue(t.Context())
	if err != nil || stop.Reason != stepper.StopWatchpoint || stop.PC != retry || b.Hits != 1 {
		t.Errorf("%+v, %v", stop, err)
	}
	if err := e.DeleteBreakpoint(b.Number); err != nil {
		t.Error(err)
	}
	clean(t, target, 0)
}
