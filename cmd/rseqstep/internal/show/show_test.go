package show

import (
	"bytes"
	"encoding/json"
	"strings"
	"testing"

	"rseqstep/stepper"
	"rseqstep/stepper/tracee"
	"rseqstep/table"
)

func text(s Stop) string {
	var b bytes.Buffer
	s.Write(&b, Style{})
	return b.String()
}

func seedFrame() *Frame {
	return &Frame{Frame: stepper.Frame{PC: 0x40113a, Function: "main", Line: stepper.Line{File: "seed.c", Line: 30}}, Args: "argc=1, argv=0x7ffe1234"}
}

func TestStopIsWordedAsGdbWordsIt(t *testing.T) {
	mid := seedFrame()
	mid.MidLine = true
	bare := &Frame{Frame: stepper.Frame{PC: 0x7ffff7fc8af0, Function: "clock_gettime", Module: "/lib/libc.so.6"}}
	for name, c := range map[string]struct {
		stop Stop
		want string
	}{
		"breakpoint": {Stop{Stop: stepper.Stop{Reason: stepper.StopBreakpoint}, Frame: seedFrame(), Hits: []Hit{{Number: 1}}, Source: "\tint cpu;", Whole: true},
			"\nBreakpoint 1, main (argc=1, argv=0x7ffe1234) at seed.c:30\n30\t\tint cpu;\n"},
		"temporary in a thread": {Stop{Stop: stepper.Stop{Reason: stepper.StopBreakpoint}, Frame: seedFrame(), Hits: []Hit{{Number: 2, Temporary: true}}, Source: "x", Threads: 3, Number: 2, Name: "worker"},
			"\nThread 2 \"worker\" hit Temporary breakpoint 2, main (argc=1, argv=0x7ffe1234) at seed.c:30\n30\tx\n"},
		"step": {Stop{Stop: stepper.Stop{Reason: stepper.StopStep}, Frame: seedFrame(), Source: "x"}, "30\tx\n"},
		"step in mid-line": {Stop{Stop: stepper.Stop{Reason: stepper.StopStep}, Frame: mid, Source: "x"},
			"0x000000000040113a\t30\tx\n"},
		"step into a function": {Stop{Stop: stepper.Stop{Reason: stepper.StopStep}, Frame: mid, Source: "x", Whole: true},
			"0x000000000040113a in main (argc=1, argv=0x7ffe1234) at seed.c:30\n30\tx\n"},
		"without lines": {Stop{Stop: stepper.Stop{Reason: stepper.StopStep}, Frame: bare}, "0x00007ffff7fc8af0 in clock_gettime () from /lib/libc.so.6\n"},
		"signal": {Stop{Stop: stepper.Stop{Reason: stepper.StopSignal, Signal: 11}, Frame: seedFrame(), Source: "x"},
			"\nProgram received signal SIGSEGV, Segmentation fault.\n30\tx\n"},
		"exit":       {Stop{Stop: stepper.Stop{Reason: stepper.StopExited}, PID: 7}, "[Inferior 1 (process 7) exited normally]\n"},
		"exit code":  {Stop{Stop: stepper.Stop{Reason: stepper.StopExited, Status: tracee.ExitStatus{Code: 9}}, PID: 7}, "[Inferior 1 (process 7) exited with code 011]\n"},
		"killed":     {Stop{Stop: stepper.Stop{Reason: stepper.StopKilled, Status: tracee.ExitStatus{Signal: 9}}}, "\nProgram terminated with signal SIGKILL, Killed.\nThe program no longer exists.\n"},
		"no source":  {Stop{Stop: stepper.Stop{Reason: stepper.StopStep}, Frame: seedFrame()}, "30\tin seed.c\n"},
		"silent":     {Stop{Stop: stepper.Stop{Reason: stepper.StopBreakpoint}, Frame: seedFrame(), Silent: true}, ""},
		"watchpoint": {Stop{Stop: stepper.Stop{Reason: stepper.StopWatchpoint}, Watched: []Watched{{Number: 2, Kind: stepper.WatchWrite, Expr: "v", Old: "0", New: "1"}}}, "\nHardware watchpoint 2: v\n\nOld value = 0\nNew value = 1\n"},
		"note":       {Stop{Stop: stepper.Stop{Reason: stepper.StopStep, Notes: []string{"pinned"}}}, "note: pinned\n"},
		"value":      {Stop{Stop: stepper.Stop{Reason: stepper.StopFinished}, Value: "$1 = 5"}, "Value returned is $1 = 5\n"},
		"thread gone": {Stop{Stop: stepper.Stop{Reason: stepper.StopThreadExited, TID: 12, Gone: 13}, GoneNumber: 2, Frame: seedFrame(), Source: "x", Changed: true},
			"[Thread 2 (13) exited]\n[Switching to Thread 12]\n30\tx\n"},
		"other thread": {Stop{Stop: stepper.Stop{Reason: stepper.StopStep, TID: 12}, Frame: seedFrame(), Source: "x", Changed: true}, "[Switching to Thread 12]\n30\tx\n"},
	} {
		if got := text(c.stop); got != c.want {
			t.Errorf("%s: got\n%q, want\n%q", name, got, c.want)
		}
	}
}

func TestUnitSaysWhatBecameOfIt(t *testing.T) {
	name := func(a table.Addr) string { return map[table.Addr]string{0x401300: "slow_path"}[a] }
	section := stepper.UnitReport{Section: "rseq_addv+0x12", Start: 0x401170, End: 0x401187, CPU: 1, Passes: 1, Rung: 1}
	with := func(change func(*stepper.UnitReport)) stepper.UnitReport { r := section; change(&r); return r }
	for want, r := range map[string]stepper.UnitReport{
		"rseq: rseq_addv+0x12 [0x401170,0x401187) committed on CPU 1 (1 pass)": with(func(r *stepper.UnitReport) { r.Result = stepper.Committed }),
		"rseq: rseq_addv+0x12 [0x401170,0x401187) left by its side exit to <slow_path> on CPU 1 (3 passes)": with(func(r *stepper.UnitReport) {
			r.Result, r.Exit, r.Passes = stepper.SideExit, 0x401300, 3
		}),
		"rseq: rseq_addv+0x12 [0x401170,0x401187) was aborted, went to its abort handler 0x401400 (1 pass)": with(func(r *stepper.UnitReport) {
			r.Result, r.Exit, r.CPU = stepper.Aborted, 0x401400, -1
		}),
		"rseq: rseq_addv+0x12 [0x401170,0x401187) is live here: the kernel will restart it when the thread continues": with(func(r *stepper.UnitReport) { r.Result = stepper.Restarts }),
		"rseq: rseq_addv+0x12 [0x401170,0x401187) committed on CPU 1 by cpu_opv injection (rung 2)":                   with(func(r *stepper.UnitReport) { r.Result, r.Rung = stepper.Committed, stepper.RungOpv }),
		"rseq: rseq_addv+0x12 [0x401170,0x401187) committed on CPU 1 in a quiet phase (rung 3)":                       with(func(r *stepper.UnitReport) { r.Result, r.Rung = stepper.Committed, stepper.RungQuiet }),
		"rseq: rseq_addv+0x12 [0x401170,0x401187) left by its side exit to <slow_path> on CPU 1 in a quiet phase (rung 3, 2 passes)": with(func(r *stepper.UnitReport) {
			r.Result, r.Exit, r.Passes, r.Rung = stepper.SideExit, 0x401300, 2, stepper.RungQuiet
		}),
		"rseq: rseq_addv+0x12 [0x401170,0x401187) did not commit: ran to the function's return, <slow_path> (rung 4)": with(func(r *stepper.UnitReport) {
			r.Result, r.Exit, r.CPU, r.Rung = stepper.SideExit, 0x401300, -1, stepper.RungEscape
		}),
		"rseq: rseq_addv+0x12 [0x401170,0x401187) was live when the thread stopped: the kernel sent it to its abort handler <slow_path> on CPU 1 (1 pass)": with(func(r *stepper.UnitReport) {
			r.Result, r.Exit = stepper.Restarts, 0x401300
		}),
		"vdso: time returned, by the equivalent system call (rung 2)": {Section: "time", Result: stepper.Returned, Passes: 1, Rung: stepper.RungOpv},
		"vdso: clock_gettime returned":                                {Section: "clock_gettime", Result: stepper.Returned, Passes: 1, Rung: 1},
		"vdso: clock_gettime returned (5 calls)":                      {Section: "clock_gettime", Result: stepper.Returned, Passes: 5, Rung: 1},
	} {
		if got := Unit(r, name); got != want {
			t.Errorf("got  %s\nwant %s", got, want)
		}
	}
}

func TestVectorStandsBelowItsReport(t *testing.T) {
	r := stepper.UnitReport{Section: "s", Start: 1, End: 2, Result: stepper.Committed, CPU: 0, Passes: 1, Rung: stepper.RungOpv, Vector: []string{"[0x10] += 1", "[0x20] = 2"}}
	got := strings.Join(Units([]stepper.UnitReport{r}, nil, Style{}), "\n")
	if want := "rseq: s [0x1,0x2) committed on CPU 0 by cpu_opv injection (rung 2)\n    [0x10] += 1\n    [0x20] = 2"; got != want {
		t.Errorf("got\n%s\nwant\n%s", got, want)
	}
	s := Stop{Stop: stepper.Stop{Reason: stepper.StopStep, Units: []stepper.UnitReport{r}}}
	var b bytes.Buffer
	if err := s.WriteJSON(&b); err != nil {
		t.Fatal(err)
	}
	if !strings.Contains(b.String(), `"rung":2,"vector":["[0x10] += 1","[0x20] = 2"]`) {
		t.Errorf("%s", b.String())
	}
}

func TestManyUnitsAreSummedUp(t *testing.T) {
	var reports []stepper.UnitReport
	for i := 0; i < 100; i++ {
		reports = append(reports, stepper.UnitReport{Section: "s", Start: 1, End: 2, Result: stepper.Committed, Passes: 1})
	}
	lines := Units(reports, nil, Style{})
	if len(lines) != maxUnits+1 || !strings.Contains(lines[maxUnits], "92 more passes (92 committed, 0 aborted") {
		t.Errorf("%d lines, the last %q", len(lines), lines[len(lines)-1])
	}
}

func TestJSONHasOneObjectALine(t *testing.T) {
	s := Stop{Stop: stepper.Stop{Reason: stepper.StopBreakpoint, TID: 5, PC: 0x40113a, Units: []stepper.UnitReport{{TID: 5, Section: "s", Start: 1, End: 2, Result: stepper.Committed, CPU: 0, Passes: 1, Rung: 1}}},
		PID: 5, Number: 1, Frame: seedFrame(), Hits: []Hit{{Number: 4}}}
	var b bytes.Buffer
	if err := s.WriteJSON(&b); err != nil {
		t.Fatal(err)
	}
	if strings.Count(b.String(), "\n") != 1 {
		t.Errorf("not one line: %q", b.String())
	}
	var got map[string]any
	if err := json.Unmarshal(b.Bytes(), &got); err != nil {
		t.Fatal(err)
	}
	unit := got["units"].([]any)[0].(map[string]any)
	if got["reason"] != "breakpoint" || got["pc"] != "0x40113a" || got["line"] != 30.0 || unit["result"] != "committed" || unit["cpu"] != 0.0 {
		t.Errorf("got %s", b.String())
	}
}

func TestBreakpointInsideASectionTellsItsTrap(t *testing.T) {
	inside := stepper.Place{Addr: 0x401180, Trap: 0x401168, Function: "f", Line: stepper.Line{File: "f.c", Line: 3}}
	outside := stepper.Place{Addr: 0x401200, Function: "g", Line: stepper.Line{File: "f.c", Line: 9}}
	rows := []BreakpointRow{{Number: 1, Enabled: true, Places: []stepper.Place{inside}}, {Number: 2, Enabled: true, Places: []stepper.Place{outside, inside}}}
	var b bytes.Buffer
	Breakpoints(&b, rows, Style{})
	const trap = "\tinside a restartable sequence: the trap is at 0x0000000000401168, the store that arms it\n"
	if got := b.String(); strings.Count(got, trap) != 2 || !strings.HasSuffix(got, trap) || !strings.Contains(got, "in f at f.c:3\n"+trap+"2 ") {
		t.Errorf("got\n%s", got)
	}
}

func TestBreakpointInsideAnExclusiveSequenceTellsWhatWasAskedFor(t *testing.T) {
	rows := []BreakpointRow{{Number: 1, Enabled: true, Places: []stepper.Place{{Addr: 0x401180, Asked: 0x401188, Function: "f", Line: stepper.Line{File: "f.c", Line: 3}}}}}
	var b bytes.Buffer
	Breakpoints(&b, rows, Style{})
	if want := "in f at f.c:3\n\tset at 0x0000000000401188, inside an exclusive sequence: this is its load-exclusive\n"; !strings.HasSuffix(b.String(), want) {
		t.Errorf("got\n%s", b.String())
	}
}

func TestSignalsAreKnownByNameAndNumber(t *testing.T) {
	for text, want := range map[string]int{"SIGINT": 2, "int": 2, "11": 11, "SIG34": 34, "sigpoll": 29, "SIGUSR1": 10} {
		if n, err := SignalNumber(text); err != nil || n != want {
			t.Errorf("SignalNumber(%q) = %d, %v, want %d", text, n, err, want)
		}
	}
	for _, text := range []string{"SIGNOSUCH", "0", "65", ""} {
		if n, err := SignalNumber(text); err == nil {
			t.Errorf("SignalNumber(%q) = %d", text, n)
		}
	}
}

func TestPlainStyleHasNoEscapes(t *testing.T) {
	f := seedFrame()
	if got := f.Numbered(Style{}); strings.Contains(got, "\x1b") {
		t.Errorf("%q", got)
	}
	if got := f.Numbered(Style{Color: true}); !strings.Contains(got, "\x1b[33mmain\x1b[0m") {
		t.Errorf("%q has no coloured name", got)
	}
}

// A frame's number never touches what follows it.
func TestFrameNumbers(t *testing.T) {
	for level, want := range map[int]string{0: "#0  f", 9: "#9  f", 10: "#10 f", 100: "#100 f", 20002: "#20002 f"} {
		f := Frame{Level: level}
		f.Function, f.Line.Line, f.Line.File = "f", 1, "f.c"
		if got := f.Numbered(Style{}); !strings.HasPrefix(got, want+" (") {
			t.Errorf("frame %d: %s", level, got)
		}
	}
}
