package stat

import (
	"bytes"
	"context"
	"fmt"
	"os/exec"
	"runtime"
	"strings"
	"testing"
	"time"

	"rseqstep/table/tabletest"
)

// record starts a recording of a program. begin lets the program start and returns when it has
// ended, with its output.
func record(t *testing.T, o Options, program string, args ...string) (rec *Recorder, begin func() string) {
	t.Helper()
	cmd := exec.Command("sh", append([]string{"-c", `read x; exec "$0" "$@"`, program}, args...)...)
	in, err := cmd.StdinPipe()
	if err != nil {
		t.Fatal(err)
	}
	var out bytes.Buffer
	cmd.Stdout = &out
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { in.Close(); cmd.Process.Kill(); cmd.Wait() })
	o.PID = cmd.Process.Pid
	if rec, err = Start(o); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { rec.Close() })
	return rec, func() string {
		fmt.Fprintln(in)
		if err := cmd.Wait(); err != nil {
			t.Error(err)
		}
		return out.String()
	}
}

func finish(t *testing.T, rec *Recorder) *Report {
	t.Helper()
	files := NewFiles()
	t.Cleanup(files.Close)
	r, err := rec.Finish(files)
	if err != nil {
		t.Fatal(err)
	}
	return r
}

// Nobody reads the buffer of one page while the program runs.
func TestLostRecordsAreCountedAndSaid(t *testing.T) {
	tabletest.NeedRseq(t)
	tabletest.NeedTracepoint(t)
	const n = 3000
	rec, begin := record(t, Options{Pages: 1}, tabletest.Build(t, tabletest.Fixture{Source: "aborts.c"}), fmt.Sprint(n))
	said := begin()
	r := finish(t, rec)
	var aborts uint64
	if _, err := fmt.Sscanf(said, "aborts %d ", &aborts); err != nil {
		t.Fatalf("%q: %v", said, err)
	}
	if r.Aborts != aborts || r.Recorded == 0 || r.Recorded >= aborts {
		t.Errorf("the kernel counted %d and recorded %d of %d aborts", r.Aborts, r.Recorded, aborts)
	}
	if r.Recorded+r.Lost < aborts {
		t.Errorf("%d are lost of %d, of which %d were recorded", r.Lost, aborts, r.Recorded)
	}
	if want := fmt.Sprintf("%d records were lost, so the shares are those of %d aborts", r.Lost, r.Recorded); !bytes.Contains([]byte(r.Summary()), []byte(want)) {
		t.Errorf("the summary is %q, without %q", r.Summary(), want)
	}
}

// Without frame pointers: from the section to the C library, in whose frames the program's own return.
// On arm64 all of them sign their return addresses, if the processor does.
func TestStacksAreFoundByCallFrameInformation(t *testing.T) {
	tabletest.NeedRseq(t)
	tabletest.NeedTracepoint(t)
	f := tabletest.Fixture{Source: "aborts.c", Opt: "-O1", Flags: []string{"-fomit-frame-pointer"}}
	if runtime.GOARCH == "arm64" {
		f.Flags = append(f.Flags, "-mbranch-protection=standard")
	}
	files := NewFiles()
	t.Cleanup(files.Close)
	unwinder, err := NewUnwinder(files)
	if err != nil {
		t.Fatal(err)
	}
	rec, begin := record(t, Options{Unwind: unwinder}, tabletest.Build(t, f), "20")
	begin()
	stacks := 0
	for _, row := range finish(t, rec).Rows {
		for _, s := range row.Stacks {
			stacks++
			var names []string
			for _, at := range s.Frames {
				name, _, _, _ := files.Function(at)
				names = append(names, name)
			}
			if len(names) < 4 || !strings.HasPrefix(names[0], "spin_") || names[1] != "count" || names[2] != "main" {
				t.Errorf("a stack is %q", names)
			}
		}
	}
	if stacks == 0 {
		t.Error("there are no stacks")
	}
}

func TestATickThatFailsEndsTheRecording(t *testing.T) {
	tabletest.NeedRseq(t)
	tabletest.NeedTracepoint(t)
	rec, begin := record(t, Options{}, tabletest.Build(t, tabletest.Fixture{Source: "aborts.c"}), "10")
	ticks := 0
	err := rec.Run(context.Background(), time.Millisecond, func() error {
		if ticks++; ticks == 3 {
			return exec.ErrNotFound
		}
		return nil
	})
	if err != exec.ErrNotFound || ticks != 3 {
		t.Errorf("after %d ticks: %v", ticks, err)
	}
	begin()
	if r := finish(t, rec); r.Aborts < 10 {
		t.Errorf("%d aborts", r.Aborts)
	}
}

// The records of a process that ran before the recording, and has ended when they are read, still have
// their sections.
func TestTheAbortsOfAProcessThatHasEndedAreInSections(t *testing.T) {
	tabletest.NeedRseq(t)
	tabletest.NeedTracepoint(t)
	for _, only := range []bool{false, true} {
		cmd := exec.Command(tabletest.Build(t, tabletest.Fixture{Source: "aborts.c"}), "1000000000")
		if err := cmd.Start(); err != nil {
			t.Fatal(err)
		}
		defer cmd.Process.Kill()
		aborting := func() *Recorder { // since when: the program has come to its sections
			rec, err := Start(Options{})
			if err != nil {
				t.Fatal(err)
			}
			for {
				if n, err := rec.group.Total(eventAbort); err != nil || n > 0 {
					return rec
				}
			}
		}
		aborting().Close()
		var o Options
		if only {
			o.Only = cmd.Process.Pid
		}
		rec, err := Start(o)
		if err != nil {
			t.Fatal(err)
		}
		for n := uint64(0); n < 200 && err == nil; n, err = rec.group.Total(eventAbort) {
		}
		cmd.Process.Kill()
		cmd.Wait()
		r := finish(t, rec)
		rec.Close()
		var of uint64
		for _, p := range r.Processes() {
			if p.PID == cmd.Process.Pid {
				of = p.Aborts
			}
		}
		if of == 0 || only && r.Unplaced > 0 {
			t.Errorf("only that process: %v; %d of its aborts are in sections, %d of all are not", only, of, r.Unplaced)
		}
	}
}
