package points_test

import (
	"errors"
	"fmt"
	"slices"
	"testing"

	"rseqstep/stepper/points"
	"rseqstep/stepper/source"
	"rseqstep/stepper/tracee"
	"rseqstep/table"
)

// The condition comes before the count, as in gdb: if it is false, the hit does not count.
func TestWhichBreakpointsAreMet(t *testing.T) {
	yes := func(int) (bool, error) { return true, nil }
	no := func(int) (bool, error) { return false, nil }
	wrong := func(int) (bool, error) { return false, errors.New("wrong") }
	for _, c := range []struct {
		name  string
		spec  points.Spec
		met   bool
		hits  int
		notes int
	}{
		{"it is there", points.Spec{Addrs: []table.Addr{after}}, true, 1, 0},
		{"it is elsewhere", points.Spec{Addrs: []table.Addr{end}}, false, 0, 0},
		{"a debug register", points.Spec{Kind: points.Hardware, Addrs: []table.Addr{after}}, true, 1, 0},
		{"disabled", points.Spec{Addrs: []table.Addr{after}, Disabled: true}, false, 0, 0},
		{"the thread's", points.Spec{Addrs: []table.Addr{after}, Thread: 2}, true, 1, 0},
		{"another thread's", points.Spec{Addrs: []table.Addr{after}, Thread: 1}, false, 0, 0},
		{"ignored", points.Spec{Addrs: []table.Addr{after}, Ignore: 1}, false, 1, 0},
		{"its condition holds", points.Spec{Addrs: []table.Addr{after}, When: yes}, true, 1, 0},
		{"its condition does not", points.Spec{Addrs: []table.Addr{after}, When: no, Ignore: 1}, false, 0, 0},
		{"its condition is wrong", points.Spec{Addrs: []table.Addr{after}, When: wrong}, true, 1, 1},
	} {
		w := newWorld(t)
		b := w.add(t, c.spec)
		met, place := w.Meet(2, after)
		if c.met != slices.Equal(met, []int{b.Number}) || c.met != (place.Addr == after) || b.Hits != c.hits || len(w.notes) != c.notes {
			t.Errorf("%s: met are %v at %+v, %d hits, notes %q", c.name, met, place, b.Hits, w.notes)
		}
		if c.spec.When != nil && w.selected != 2 {
			t.Errorf("%s: the condition was tested in thread %d", c.name, w.selected)
		}
		ignored := c.spec.Ignore > 0 && c.hits > 0
		if met, _ = w.Meet(2, after); ignored != (len(met) > 0 && !c.met) {
			t.Errorf("%s: met next time are %v", c.name, met)
		}
	}
}

func TestTemporaryBreakpointsAreDeletedWhenMet(t *testing.T) {
	w := newWorld(t)
	w.add(t, points.Spec{Addrs: []table.Addr{after}, Temporary: true})
	kept := w.add(t, points.Spec{Addrs: []table.Addr{after}})
	met, _ := w.Meet(1, after)
	if !slices.Equal(met, []int{1, 2}) {
		t.Errorf("met are %v", met)
	}
	if err := w.DropTemporary(met); err != nil || !slices.Equal(w.All(), []*points.Breakpoint{kept}) {
		t.Errorf("%v are left, %v", w.All(), err)
	}
	w.wantPlanted(t, "one is left", after)
}

func TestASectionIsWantedForWhatWaitsInside(t *testing.T) {
	w := newWorld(t)
	p := w.sections.Image().At(store)
	b := w.add(t, points.Spec{Addrs: []table.Addr{after, store, begin}, Thread: 2})
	if got := w.Within(2, p); !slices.Equal(got, []table.Addr{store, begin}) || !w.Wants(2, p) {
		t.Errorf("thread 2 is waited for at %v", got)
	}
	if w.Wants(1, p) {
		t.Error("thread 1 is waited for")
	}
	if met, _ := w.MeetInside(2, begin); !slices.Equal(met, []int{b.Number}) {
		t.Errorf("inside met are %v", met)
	}
	for _, a := range []table.Addr{arm, after, end} {
		if met, _ := w.MeetInside(2, a); met != nil {
			t.Errorf("inside, at %v, met are %v", a, met)
		}
	}
	if met, _ := w.Meet(2, arm); met != nil {
		t.Errorf("at the arming store met are %v", met)
	}
}

func TestWhenAWatchpointStops(t *testing.T) {
	for _, kind := range []points.Kind{points.WatchWrite, points.WatchRead, points.WatchAccess} {
		for _, each := range []bool{false, true} {
			for _, changed := range []bool{false, true} {
				for _, tid := range []int{1, 2} {
					w := newWorld(t)
					b := w.add(t, points.Spec{Kind: kind, Location: "x", Watch: data, WatchLength: 1, EachWrite: each, Thread: 1})
					if changed {
						w.bytes[data] = 7
					}
					change, err := w.Trigger(b, tid, func() *table.Placed { return nil })
					stops := map[points.Kind]bool{points.WatchWrite: changed || each, points.WatchRead: !changed, points.WatchAccess: true}
					want := tid == 1 && stops[kind]
					if err != nil || want != (change != nil) || want != (b.Hits == 1) {
						t.Errorf("kind %d, each write %v, changed %v, thread %d: %+v, %d hits, %v", kind, each, changed, tid, change, b.Hits, err)
					}
					if change != nil && (change.Old[0] != 0x90 || (change.New[0] == 7) != changed || change.Expr != "x" || change.Number != b.Number) {
						t.Errorf("kind %d: %+v", kind, change)
					}
				}
			}
		}
	}
}

func TestCatchpointsHaveConditionsAndCounts(t *testing.T) {
	w := newWorld(t)
	holds := false
	b := w.add(t, points.Spec{Kind: points.CatchFork, Ignore: 1, When: func(int) (bool, error) { return holds, nil }})
	for i, want := range []struct{ met, hits int }{{0, 0}, {0, 1}, {1, 2}} {
		if met := w.Catch(&tracee.Event{Kind: tracee.EventFork, TID: 1}); len(met) != want.met || b.Hits != want.hits {
			t.Errorf("%d: met are %v, %d hits", i, met, b.Hits)
		}
		holds = true
	}
}

func TestAWatchpointShowsEachChange(t *testing.T) {
	w := newWorld(t)
	b := w.add(t, points.Spec{Kind: points.WatchWrite, Watch: data, WatchLength: 1, When: func(int) (bool, error) { return w.bytes[data] != 2, nil }})
	was := byte(0x90)
	for _, now := range []byte{1, 2, 3, 4} {
		w.bytes[data] = now
		change, err := w.Trigger(b, 1, func() *table.Placed { return nil })
		if err != nil || (change == nil) != (now == 2) || change != nil && (change.Old[0] != was || change.New[0] != now) {
			t.Errorf("%d to %d: %+v, %v", was, now, change, err)
		}
		was = now
	}
	for a := range w.bytes {
		if a >= data {
			delete(w.bytes, a)
		}
	}
	if change, err := w.Trigger(b, 1, func() *table.Placed { return nil }); err != nil || change == nil || change.Old == nil || change.New != nil {
		t.Errorf("unmapped: %+v, %v", change, err)
	}
}

// The kernel aborts a section each time a watchpoint is triggered inside it: from the second time
// on, the debugger steps threads through it.
func TestASectionThatAWatchpointIsMetInsideOfIsWanted(t *testing.T) {
	w := newWorld(t)
	p := w.sections.Image().At(store)
	b := w.add(t, points.Spec{Kind: points.WatchAccess, Watch: data, WatchLength: 8})
	for range 2 {
		if w.Wants(1, p) != w.Arming(arm) {
			t.Error("it is wanted without its trap")
		}
		if _, err := w.Trigger(b, 1, func() *table.Placed { return p }); err != nil {
			t.Fatal(err)
		}
		if !w.Wants(1, p) || !w.Wants(2, p) || len(w.notes) != 1 {
			t.Errorf("wanted %v, notes %q", w.Wants(1, p), w.notes)
		}
		w.wantPlanted(t, "met", arm)
	}
	if err := w.Enable(b.Number, false); err != nil || w.Wants(1, p) {
		t.Errorf("disabled, it is wanted: %v, %v", w.Wants(1, p), err)
	}
	w.wantPlanted(t, "disabled")
}

func TestWhichCatchpointIsForAnEvent(t *testing.T) {
	events := []tracee.Event{
		{Kind: tracee.EventFork}, {Kind: tracee.EventVfork}, {Kind: tracee.EventVforkDone}, {Kind: tracee.EventExec},
		{Kind: tracee.EventSyscallEntry, Number: 39}, {Kind: tracee.EventSyscallReturn, Number: 39}, {Kind: tracee.EventSyscallEntry, Number: 1},
		{Kind: tracee.EventSignal, Signal: 10}, {Kind: tracee.EventSignal, Signal: 12},
		{Kind: tracee.EventBreakpoint}, {Kind: tracee.EventExit}, {Kind: tracee.EventStep},
	}
	for _, c := range []struct {
		spec points.Spec
		want []int // one entry per event
	}{
		{points.Spec{Kind: points.CatchFork}, []int{0}},
		{points.Spec{Kind: points.CatchVfork}, []int{1}},
		{points.Spec{Kind: points.CatchVforkDone}, []int{2}},
		{points.Spec{Kind: points.CatchExec}, []int{3}},
		{points.Spec{Kind: points.CatchSyscall}, []int{4, 5, 6}},
		{points.Spec{Kind: points.CatchSyscall, Numbers: []int{39, 40}}, []int{4, 5}},
		{points.Spec{Kind: points.CatchSignal}, []int{7, 8}},
		{points.Spec{Kind: points.CatchSignal, Numbers: []int{12}}, []int{8}},
		{points.Spec{Kind: points.CatchFork, Disabled: true}, nil},
		{points.Spec{Kind: points.CatchFork, When: func(tid int) (bool, error) { return tid == 2, nil }}, []int{0}},
		{points.Spec{Addrs: []table.Addr{after}}, nil},
	} {
		w := newWorld(t)
		c.spec.Thread = 2
		b := w.add(t, c.spec)
		for i, ev := range events {
			want := slices.Contains(c.want, i)
			if ev.TID = 1; w.Catch(&ev) != nil {
				t.Errorf("%+v: event %d of another thread is caught", c.spec, i)
			}
			ev.TID = 2
			if met := w.Catch(&ev); want != slices.Equal(met, []int{b.Number}) || want != w.Catches(&ev) {
				t.Errorf("%+v: event %d is caught by %v", c.spec, i, met)
			}
		}
	}
}

func TestOnlyAClientsCatchpointsChangeNothing(t *testing.T) {
	w := newWorld(t)
	w.add(t, points.Spec{Kind: points.CatchExec, Nameless: true})
	if !w.Bare() || !w.ClientCatches(points.CatchExec) || w.ClientCatches(points.CatchFork) {
		t.Error("a client's catchpoint counts")
	}
	own := w.add(t, points.Spec{Kind: points.CatchFork})
	if w.Bare() || w.ClientCatches(points.CatchFork) {
		t.Error("the user's catchpoint does not count")
	}
	if err := w.Delete(own.Number); err != nil || !w.Bare() {
		t.Error("deleted, it counts", err)
	}
}

// At inlined calls, ShownDepth selects the one in which the breakpoint was set.
func TestTheInlinedCallOfABreakpointIsShown(t *testing.T) {
	for _, c := range []struct {
		pc    table.Addr
		place source.Place
		want  int
	}{
		{after, source.Place{Function: "f"}, 0},
		{far, source.Place{}, 0},
		{far, source.Place{Function: "f", Line: source.Line{File: "f.c", Line: 12}}, 0},
		{far, source.Place{Function: "g", Line: source.Line{File: "f.c", Line: 11}}, 1},
		{far, source.Place{Function: "g", Line: source.Line{File: "f.c", Line: 12}}, 2},
		{far, source.Place{Function: "g", Line: source.Line{File: "g.c", Line: 1}}, 2},
	} {
		if got := newWorld(t).ShownDepth(c.pc, c.place); got != c.want {
			t.Errorf("%v of %+v is shown at depth %d, want %d", c.pc, c.place, got, c.want)
		}
	}
}

// A breakpoint survives an execve(2) if the text that the user wrote names something in the new
// program.
func TestWhatBecomesOfBreakpointsInAnotherProgram(t *testing.T) {
	there := func() (points.Located, error) { return points.Located{Addrs: []table.Addr{far}}, nil }
	nowhere := func() (points.Located, error) { return points.Located{}, errors.New("no symbol x") }
	file := &table.File{}
	for _, c := range []struct {
		name    string
		spec    points.Spec
		same    bool // the address is in the same file
		gone    bool
		pending bool
		planted []table.Addr
		notes   int
		bias    table.Addr // load bias of the old file
	}{
		{"a place of both", points.Spec{Location: "after"}, false, false, false, []table.Addr{after}, 0, 0},
		{"a place of neither", points.Spec{Location: "nowhere", Pending: true}, false, false, true, nil, 0, 0},
		{"an address in another file", points.Spec{Location: "*0x401018", Addrs: []table.Addr{after}}, false, false, true, nil, 1, 0},
		{"an address in the same file", points.Spec{Location: "*0x401018", Addrs: []table.Addr{after}}, true, false, false, []table.Addr{after}, 0, 0},
		{"an address in the same file, which was loaded elsewhere", points.Spec{Location: "*0x401018", Addrs: []table.Addr{after}}, true, false, true, nil, 1, 0x1000},
		{"an expression", points.Spec{Location: "*x", Addrs: []table.Addr{after}, Relocate: there}, false, false, false, []table.Addr{far}, 0, 0},
		{"an expression that means nothing now", points.Spec{Location: "*x", Addrs: []table.Addr{after}, Relocate: nowhere}, false, false, true, nil, 1, 0},
		{"for this program", points.Spec{Location: "after", ThisProgram: true}, false, true, false, nil, 0, 0},
		{"and with a name", points.Spec{Location: "after", ThisProgram: true, Name: func() string { return "it" }}, false, true, false, nil, 1, 0},
		{"a condition that means nothing now", points.Spec{Location: "after", Applies: func(table.Addr) error { return errNoPlace }}, false, false, true, nil, 1, 0},
		{"disabled", points.Spec{Location: "after", Disabled: true}, false, false, false, nil, 0, 0},
		{"a catchpoint", points.Spec{Kind: points.CatchExec}, false, false, false, nil, 0, 0},
	} {
		w := newWorld(t)
		reload := func() {
			w.sections.Reload([]*table.Module{{Path: "program", Low: 0x400000, High: 0x403000, File: file, Bias: c.bias}})
			c.bias = 0
		}
		if reload(); !c.same {
			w.load(true)
		}
		b := w.add(t, c.spec)
		w.LeaveProgram()
		w.book.Executed(1, 1)
		clear(w.traps)
		w.sections.Forget()
		reload()
		w.Reset()
		w.Reset() // it notifies the user once why it is pending
		w.wantPlanted(t, c.name, c.planted...)
		if b.Gone != c.gone || slices.Contains(w.All(), b) == c.gone || b.Pending != c.pending || len(w.notes) != c.notes {
			t.Errorf("%s: %v, notes %q", c.name, fmt.Sprintf("gone %v, pending %v", b.Gone, b.Pending), w.notes)
		}
	}
}

// The user is notified of each program in which a breakpoint names nothing.
func TestABreakpointSaysInEachProgramWhyItIsPending(t *testing.T) {
	w := newWorld(t)
	w.add(t, points.Spec{Location: "*x", Addrs: []table.Addr{after}, Relocate: func() (points.Located, error) { return points.Located{}, errNoPlace }})
	for program := range 3 {
		w.LeaveProgram()
		w.book.Executed(1, 1)
		w.load(true)
		w.Reset()
		w.Reset()
		if len(w.notes) != program+1 {
			t.Errorf("after %d programs the notes are %q", program+1, w.notes)
		}
	}
}
