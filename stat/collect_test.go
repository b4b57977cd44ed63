package stat

import (
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
