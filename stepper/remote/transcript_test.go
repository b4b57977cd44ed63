package remote

import (
	"flag"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"rseqstep/table/tabletest"
)

// update rewrites the golden transcripts: go test -run Transcript -update.
var update = flag.Bool("update", false, "write the golden transcripts anew")

// normal is a transcript without what differs from run to run and from machine
// to machine: addresses, offsets, processes, ports, CPUs, folders, and the rung
// by which a section was passed.
func normal(out string) string {
	for _, r := range []struct{ is, becomes string }{
		{`0x0*[0-9a-f]{4,}`, "ADDR"},
		{`main\+0x[0-9a-f]+`, "main+OFFSET"},
		{`\+ \d+`, "+ OFFSET"},
		{`\bcpu=\d+`, "cpu=N"},
		{`on CPU \d+ .*`, "on CPU N"},
		{`([Pp]rocess|Thread) [0-9.]+`, "$1 N"},
		{`localhost:\d+`, "HOST:PORT"},
		{`(?:/[^/\s']+)+/(testdata/|seed)`, "$1"},
		{`(?m)[ \t]+$`, ""},
	} {
		out = regexp.MustCompile(r.is).ReplaceAllString(out, r.becomes)
	}
	return out
}

// transcript compares a debugger's output with testdata/NAME.
func transcript(t *testing.T, name string, run func() string) {
	t.Helper()
	path := filepath.Join("testdata", name)
	got := normal(run())
	if *update {
		if err := os.WriteFile(path, []byte(got), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if got != string(want) {
		t.Errorf("the transcript is not %s:\n%s\nwant\n%s", path, got, want)
	}
}

func TestTranscriptOfGDB(t *testing.T) {
	bin, program := rseqstep(t), tabletest.Build(t, tabletest.Fixture{Source: "seed.c", Flags: []string{"-DFIX_CALL"}})
	transcript(t, "seed.gdb.golden", func() string {
		out := gdb(t, bin, program, "", "CONNECT\nbreak 17\ncontinue\nwatch v\nstep\nstep\ncontinue\ndelete\nbt\nfinish\nnext\nnext\ncontinue\n")
		return out[strings.Index(out, "Breakpoint 1 at"):] // where it starts depends on the linker's symbols
	})
}

func TestTranscriptOfLLDB(t *testing.T) {
	bin, program := rseqstep(t), tabletest.Build(t, tabletest.Fixture{Source: "seed.c", Flags: []string{"-DFIX_CALL"}})
	transcript(t, "seed.lldb.golden", func() string {
		out := lldb(t, bin, program, nil, "CONNECT", "breakpoint set -f seed.c -l 17", "continue", "watchpoint set variable v", "step", "continue", "breakpoint delete -f",
			"watchpoint delete -f", "finish", "next", "next", "continue")
		before, rest, _ := strings.Cut(out[strings.Index(out, "(lldb) breakpoint set"):], "(lldb) step\n")
		step, after, _ := strings.Cut(rest, "(lldb) ")
		if !steppedIn.MatchString(step) {
			t.Errorf("step did not go into rseq_cpu_start:\n%s", step)
		}
		return asOldLLDB(before + "(lldb) " + after)
	})
}

// steppedIn matches a step into rseq_cpu_start. The call inlined at its beginning is a
// frame for lldb 21, and not yet for lldb 14.
var steppedIn = regexp.MustCompile("stop reason = step in\n +frame #0: \\S+ seed`(rseq_cpu_start|fix_area) at rseqfix\\.h")

// asOldLLDB describes watchpoints in a transcript as lldb 14 does. Later
// versions write "modify" for a watchpoint that stops only on a changed value,
// the debug registers it uses, and count the first value as a hit.
func asOldLLDB(out string) string {
	out = strings.Replace(out, "state = enabled type = m\n", "state = enabled type = w\n", 1)
	out = regexp.MustCompile(`(?m)^ +watchpoint resources:\n +#0: .*\n`).ReplaceAllString(out, "")
	return regexp.MustCompile(`(watchpoint spec = 'v'\n)Watchpoint 1 hit:\s*(new value: 0\n)`).ReplaceAllString(out, "$1    $2")
}
