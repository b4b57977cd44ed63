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

// update writes the golden transcripts anew: go test -run Transcript -update.
var update = flag.Bool("update", false, "write the golden transcripts anew")

// normal is a transcript without what differs from run to run and from machine
// to machine: addresses, offsets, processes, ports, CPUs, folders, and which
// way a section was passed on the ladder.
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

// transcript compares what a debugger's user saw with testdata/NAME.
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
		return out[strings.Index(out, "Breakpoint 1 at"):] // where it starts depends on what is known of the linker
	})
}

func TestTranscriptOfLLDB(t *testing.T) {
	bin, program := rseqstep(t), tabletest.Build(t, tabletest.Fixture{Source: "seed.c", Flags: []string{"-DFIX_CALL"}})
	transcript(t, "seed.lldb.golden", func() string {
		out := lldb(t, bin, program, nil, "CONNECT", "breakpoint set -f seed.c -l 17", "continue", "watchpoint set variable v", "step", "continue", "breakpoint delete -f",
			"watchpoint delete -f", "finish", "next", "next", "continue")
		return out[strings.Index(out, "(lldb) breakpoint set"):]
	})
}
