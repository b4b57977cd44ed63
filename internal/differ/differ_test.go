package main

import (
	"flag"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"rseqstep/table/tabletest"
)

var update = flag.Bool("update", false, "write the answers that rseqstep gives into the transcripts of testdata")

// debuggers finds gdb and the compilers, and builds rseqstep.
func debuggers(t *testing.T) tools {
	t.Helper()
	for _, c := range []string{"gcc", "g++", "clang", "clang++"} {
		tabletest.NeedTool(t, c)
	}
	return tools{gdb: tabletest.NeedTool(t, "gdb"), rseqstep: binary(t)}
}

func binary(t *testing.T) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), "rseqstep")
	if out, err := exec.Command(tabletest.NeedTool(t, "go"), "build", "-o", path, "rseqstep/cmd/rseqstep").CombinedOutput(); err != nil {
		t.Fatalf("go build: %v\n%s", err, out)
	}
	return path
}

func TestGeneratedProgramsHaveTheValuesThatGDBShows(t *testing.T) {
	d := debuggers(t)
	all := variants()
	var sum tally
	for seed := int64(1); seed <= int64(tabletest.Rounds(t, 3, fixedSeeds)); seed++ {
		p := generate(seed)
		r, err := d.try(p, all[int(seed)*5%len(all)])
		if err != nil {
			t.Errorf("%s: %v", p.name, err)
			continue
		}
		sum.add(r)
		var b strings.Builder
		if r.report(&b, func(v verdict) bool { return v == fault }); b.Len() > 0 {
			t.Errorf("%s", &b)
		}
	}
	t.Log(&sum)
}

func TestCasesHaveTheRightValues(t *testing.T) {
	dirs, err := filepath.Glob("testdata/*")
	if err != nil || len(dirs) == 0 {
		t.Fatal(dirs, err)
	}
	rseq := rseqstep(binary(t))
	for _, dir := range dirs {
		t.Run(filepath.Base(dir), func(t *testing.T) {
			c, err := readCase(dir)
			if err != nil {
				t.Fatal(err)
			}
			for n, v := range c.builds {
				tabletest.NeedTool(t, v.compiler)
				exe, err := c.program.build(t.TempDir(), v)
				if err != nil {
					t.Fatal(err)
				}
				answers, err := rseq.ask(exe, c.program.commands)
				if err != nil {
					t.Fatal(err)
				}
				if n == 0 && *update {
					c.write(t, dir, answers)
				}
				for n, a := range answers {
					if got := general(a); got != c.want[n] {
						t.Errorf("%v: %s\n got %s\nwant %s", v, c.program.commands[n], indent(got), indent(c.want[n]))
					}
				}
			}
		})
	}
}

// write changes a case's transcript to the answers.
func (c *testCase) write(t *testing.T, dir string, answers []string) {
	path := filepath.Join(dir, "transcript.want")
	old, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	var b strings.Builder
	for _, l := range strings.Split(string(old), "\n") {
		if strings.HasPrefix(l, "# ") {
			b.WriteString(l + "\n")
		}
	}
	for n, a := range answers {
		b.WriteString("> " + c.program.commands[n] + "\n")
		if c.want[n] = general(a); c.want[n] != "" {
			b.WriteString(c.want[n] + "\n")
		}
	}
	if err := os.WriteFile(path, []byte(b.String()), 0o644); err != nil {
		t.Fatal(err)
	}
}

func TestVerdicts(t *testing.T) {
	for _, c := range []struct {
		command, gdb, ours string
		want               verdict
	}{
		{"print x", "$1 = 5", "$7 = 5", same},
		{"print x", "$1 = 5", "$1 = 6", fault},
		{"print x", "$1 = 5", `No symbol "x" in current context.`, missing},
		{"print x", `No symbol "x" in current context.`, "$1 = 5", more},
		{"print x", `No symbol "x" in current context.`, "Cannot.", same},
		{"print x", "$1 = {a = 1, b = 2}", "$1 = {a = 1, b = <optimized out>}", missing},
		{"print x", "$1 = {a = <optimized out>, b = 2}", "$1 = {a = 1, b = 2}", more},
		{"print x", "$1 = {a = <optimized out>, b = 2}", "$1 = {a = 1, b = 3}", fault},
		{"info locals", "a = 1\nb = 2", "a = 1\nb = <optimized out>", missing},
		{"info locals", "a = 1\nb = 2", "a = 1", missing},
		{"info locals", "a = 1\nb = 2", "a = 1\nb = 3", fault},
		{"info locals", "b = 2", "a = 1\nb = 2", more},
		{"info locals", "a = 1\nb = 2\nb = <optimized out>", "a = 1\nb = 2", same},
		{"bt 2", "#0  f (x=1) at a.c:3\n#1  0x1 in main () at a.c:4", "#0  f (x=1) at /b/a.c:3", same},
		{"finish", "Run till exit from #0 f\nValue returned is $1 = 5", "Value returned is $2 = 6", fault},
		{"print -zero", "$1 = 0", "$1 = -0", known},
	} {
		if got := compare(c.command, c.gdb, c.ours); got.verdict != c.want {
			t.Errorf("%s: %q and %q are %v, want %v", c.command, c.gdb, c.ours, got.verdict, c.want)
		}
	}
}

func TestSeedDeterminesTheProgram(t *testing.T) {
	for seed := int64(1); seed < 50; seed++ {
		a, b := generate(seed), generate(seed)
		if a.files[0].text != b.files[0].text || strings.Join(a.commands, "\n") != strings.Join(b.commands, "\n") {
			t.Errorf("seed %d gives two programs", seed)
		}
	}
}
