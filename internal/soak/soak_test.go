package main

import (
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"rseqstep/table/tabletest"
)

// The seed is the time, or RSEQSTEP_SEED.
func TestSoakFindsNoHarm(t *testing.T) {
	tabletest.NeedRseq(t)
	tabletest.NeedPtrace(t)
	t.Chdir("../..")
	seed := os.Getenv("RSEQSTEP_SEED")
	if seed == "" {
		seed = strconv.FormatInt(time.Now().UnixNano(), 10)
	}
	var out strings.Builder
	seconds := fmt.Sprint(tabletest.Rounds(t, 5, 20), "s")
	err := run([]string{"-for", seconds, "-rounds", "3", "-seed", seed, "-rseqstep", tabletest.Command(t)}, &out)
	t.Logf("RSEQSTEP_SEED=%s\n%s", seed, out.String())
	if err != nil {
		t.Error(err)
	}
}

func TestARoundFollowsFromItsSeed(t *testing.T) {
	p := program{functions: []string{"f", "g"}, lines: []string{"a.c:1"}, inside: []string{"*0x10"}, variables: []string{"v"}}
	first, second, other := generate(7, p, 200), generate(7, p, 200), generate(8, p, 200)
	if !slices.Equal(first, second) {
		t.Error("one seed makes two lists")
	}
	if slices.Equal(first, other) {
		t.Error("two seeds make one list")
	}
	for _, s := range first {
		if again, err := parseStep(s.String()); err != nil || again != s {
			t.Errorf("%q is read as %v, %v", s, again, err)
		}
	}
}

// A debugger that is a script: what must be noticed of it.
func TestAHarmfulDebuggerIsNoticed(t *testing.T) {
	for _, c := range []struct{ name, script, want string }{
		{"wrong status", `while read -r l; do case $l in echo*) printf '%b' "${l#echo }";; *start*) echo '{"version":1,"reason":"exited","exit_code":3}';; esac; done`, "status:"},
		{"killed program", `while read -r l; do case $l in echo*) printf '%b' "${l#echo }";; *start*) echo '{"version":1,"reason":"killed","signal":"SIGTRAP"}';; esac; done`, "status:"},
		{"program that lives for ever", `while read -r l; do case $l in echo*) printf '%b' "${l#echo }";; *) echo '{"version":1,"reason":"step"}';; esac; done`, "end:"},
		{"internal error", `while read -r l; do case $l in echo*) printf '%b' "${l#echo }";; *start*) echo 'internal: lost';; esac; done`, "internal:"},
		{"hang", `read -r l; read -r l; printf '%b' "${l#echo }"; exec sleep 60`, errHang.Error()},
		{"death", `read -r l; read -r l; printf '%b' "${l#echo }"; exit 2`, errEnded.Error()},
	} {
		t.Run(c.name, func(t *testing.T) {
			dir := t.TempDir()
			binary := filepath.Join(dir, "debugger")
			if err := os.WriteFile(binary, []byte("#!/bin/bash\n"+c.script+"\n"), 0o755); err != nil {
				t.Fatal(err)
			}
			s := &soak{options: options{binary: binary, patience: 2 * time.Second}, out: io.Discard, scratch: dir, tally: newTally()}
			_, err := s.hold(program{fixture: fixture{name: "p", path: "p", prints: ".*"}}, [][]step{{{command: "start"}, {command: "next"}}})
			if err == nil {
				t.Fatal("nothing was noticed")
			}
			if f := (&failure{err: err}); f.kind() != c.want {
				t.Errorf("it is taken for %q: %v", f.kind(), err)
			}
		})
	}
}

func TestAFailureIsToldInFewCommands(t *testing.T) {
	dir := t.TempDir()
	binary := filepath.Join(dir, "debugger")
	script := `#!/bin/bash
while read -r l; do case $l in echo*) printf '%b' "${l#echo }";; "bad 2") echo 'internal: lost';; esac; done`
	if err := os.WriteFile(binary, []byte(script), 0o755); err != nil {
		t.Fatal(err)
	}
	s := &soak{options: options{binary: binary, patience: 10 * time.Second}, out: io.Discard, scratch: dir, tally: newTally()}
	var list []step
	for _, c := range strings.Fields("a b c d e bad f g h") {
		if c == "bad" {
			c = "bad 2"
		}
		list = append(list, step{command: c})
	}
	f := &failure{err: errors.New("internal: lost"), p: program{fixture: fixture{path: "p"}}, list: list}
	got, again := s.minimised(f)
	if !again || len(got) != 1 || got[0].command != "bad 2" {
		t.Errorf("%v %v", got, again)
	}
}

func TestALeakIsTold(t *testing.T) {
	before := holding{memory: 50 << 20, files: 12, threads: 8}
	for _, h := range []holding{
		{memory: 200 << 20, files: 12, threads: 8},
		{memory: 50 << 20, files: 13, threads: 8},
		{memory: 50 << 20, files: 12, threads: 20},
		{memory: 50 << 20, files: 12, threads: 8, children: 2},
	} {
		if h.grown(before) == nil {
			t.Errorf("%v after %v is no leak", h, before)
		}
	}
	if err := before.grown(before); err != nil {
		t.Error(err)
	}
	own, err := held(os.Getpid())
	if err != nil || own.memory == 0 || own.files == 0 || own.threads == 0 {
		t.Errorf("this process holds %v, %v", own, err)
	}
}
