package stat

import (
	"strings"
	"testing"

	"rseqstep/stat/perf"
)

func TestTheSameCodeInTwoProcessesIsOneSection(t *testing.T) {
	c := NewCollector()
	for _, r := range []perf.Record{
		&perf.Mmap{PID: 1, Start: 0x1000, Length: 0x1000, Offset: 0x400, Ino: 9, File: "/lib"},
		&perf.Comm{PID: 1, TID: 1, Name: "one"},
		&perf.Mmap{PID: 2, Start: 0x7000, Length: 0x1000, Offset: 0x400, Ino: 9, File: "/lib"},
	} {
		c.Track(r)
	}
	c.Abort(&perf.Sample{PID: 1, TID: 1, CPU: 3}, Abort{Start: 0x1010, At: 0x1014, Length: 8})
	c.Abort(&perf.Sample{PID: 2, TID: 5}, Abort{Start: 0x7010, At: 0x7014, Length: 8})
	c.Abort(&perf.Sample{PID: 2, TID: 5}, Abort{Start: 0x9000, At: 0x9000, Length: 8})
	sec := c.Sections[Code{File: "/lib", Offset: 0x410}]
	if len(c.Sections) != 1 || sec == nil || sec.Aborts != 2 || sec.At[4] != 2 || len(sec.Threads) != 2 {
		t.Errorf("the sections are %+v", c.Sections)
	}
	if sec.Threads[Thread{1, 1, "one"}] != 1 || sec.CPUs[3] != 1 {
		t.Errorf("threads %v, CPUs %v", sec.Threads, sec.CPUs)
	}
	if c.Aborts != 3 || c.Unplaced != 1 {
		t.Errorf("%d aborts, %d of them nowhere", c.Aborts, c.Unplaced)
	}
}

func TestAForkInheritsItsParentsCodeAndAnExecDropsIt(t *testing.T) {
	c := NewCollector()
	c.Track(&perf.Mmap{PID: 1, Start: 0x1000, Length: 0x1000, Ino: 9, File: "/a"})
	c.Track(&perf.Task{PID: 2, Parent: 1, TID: 2})
	c.Track(&perf.Task{PID: 2, Parent: 2, TID: 3}) // a thread
	c.Abort(&perf.Sample{PID: 2, TID: 3}, Abort{Start: 0x1000, At: 0x1000})
	c.Track(&perf.Comm{PID: 2, TID: 2, Exec: true})
	c.Abort(&perf.Sample{PID: 2, TID: 2}, Abort{Start: 0x1000, At: 0x1000})
	if sec := c.Sections[Code{File: "/a"}]; sec == nil || sec.Aborts != 1 || c.Unplaced != 1 {
		t.Errorf("%+v, %d nowhere", sec, c.Unplaced)
	}
}

func TestAForkHasItsParentsName(t *testing.T) {
	c := NewCollector()
	c.Track(&perf.Mmap{PID: 1, Start: 0x1000, Length: 0x1000, Ino: 9, File: "/a"})
	c.Track(&perf.Comm{PID: 1, TID: 1, Name: "parent"})
	c.Track(&perf.Task{PID: 2, Parent: 1, TID: 2})
	c.Track(&perf.Task{PID: 2, Parent: 2, TID: 3})
	c.Track(&perf.Comm{PID: 2, TID: 3, Name: "worker"})
	for _, tid := range []int{2, 3} {
		c.Abort(&perf.Sample{PID: 2, TID: tid}, Abort{Start: 0x1000, At: 0x1000})
	}
	got := c.Sections[Code{File: "/a"}].Threads
	if len(got) != 2 || got[Thread{2, 2, "parent"}] != 1 || got[Thread{2, 3, "worker"}] != 1 {
		t.Errorf("%+v", got)
	}
}

func TestAMappingReplacesWhatWasThere(t *testing.T) {
	var m codeMap
	m = m.add(mapping{start: 0x1000, end: 0x5000, file: "/a"})
	m = m.add(mapping{start: 0x2000, end: 0x3000, file: "/b", offset: 0x10})
	m = m.add(mapping{start: 0x4000, end: 0x6000})
	for addr, want := range map[uint64]Code{
		0x1000: {"/a", 0}, 0x1fff: {"/a", 0xfff}, 0x2000: {"/b", 0x10}, 0x3000: {"/a", 0x2000},
		0x3fff: {"/a", 0x2fff}, 0x4000: {"", 0x4000}, 0x5fff: {"", 0x5fff},
	} {
		if got, ok := m.find(addr); !ok || got != want {
			t.Errorf("%#x is %+v, not %+v", addr, got, want)
		}
	}
	for _, addr := range []uint64{0, 0xfff, 0x6000, ^uint64(0)} {
		if got, ok := m.find(addr); ok {
			t.Errorf("%#x is %+v", addr, got)
		}
	}
}

func TestProcessesAreTheSumsOfTheirThreads(t *testing.T) {
	one, two := newSection(Code{File: "/a"}, 8), newSection(Code{File: "/b"}, 8)
	one.Threads = map[Thread]uint64{{PID: 7, TID: 8, Name: "worker"}: 5, {PID: 7, TID: 7, Name: "main"}: 2, {PID: 9, TID: 10, Name: "other"}: 1}
	two.Threads = map[Thread]uint64{{PID: 9, TID: 10, Name: "other"}: 30}
	r := &Report{Seconds: 1, Aborts: 38, Recorded: 38, Rows: []*Row{{Section: one}, {Section: two}}}
	if got := r.Processes(); len(got) != 2 || got[0] != (Process{9, "other", 31}) || got[1] != (Process{7, "main", 7}) {
		t.Errorf("%+v", got)
	}
	var b strings.Builder
	if err := r.WriteText(&b); err != nil || !strings.Contains(b.String(), "81.6%  9 other\n") {
		t.Errorf("%v\n%s", err, b.String())
	}
}

// A return address is behind its call, which may be the function's last instruction.
func TestACallerIsThePlaceOfItsCall(t *testing.T) {
	c := NewCollector()
	c.Track(&perf.Mmap{PID: 1, Start: 0x1000, Length: 0x1000, Ino: 9, File: "/lib"})
	c.Abort(&perf.Sample{PID: 1, TID: 1, Stack: []uint64{0x1010, 0x1080}}, Abort{Start: 0x1010, At: 0x1010, Length: 8})
	for _, s := range c.Sections[Code{File: "/lib", Offset: 0x10}].Stacks {
		if s.Frames[0].Offset != 0x10 || s.Frames[1].Offset != 0x7f {
			t.Errorf("the frames are %+v", s.Frames)
		}
	}
	c.Abort(&perf.Sample{PID: 1, TID: 1, Stack: []uint64{0x1014, 0x1080}}, Abort{Start: 0x1010, At: 0x1014, Length: 8})
	if n := len(c.Sections[Code{File: "/lib", Offset: 0x10}].Stacks); n != 1 {
		t.Errorf("two instructions of a section, called by one place, have %d stacks", n)
	}
}

func TestStacksOfAnUnknownMachineAreRefused(t *testing.T) {
	if u, err := newUnwinder(NewFiles(), "pdp11", 0); err == nil {
		t.Errorf("%+v", u)
	}
}
