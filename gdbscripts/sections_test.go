package gdbscripts

import (
	"bufio"
	"debug/elf"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"rseqstep/table"
	"rseqstep/table/tabletest"
)

// reading is what testdata/sections.py says of one file at one moment.
type reading struct {
	Path     string
	When     string
	Low      uint64 // where the file's first page is mapped; 0 without a process
	Unread   []string
	Sections [][]any
}

// built is a file to be read, and whether it is a program.
type built struct {
	path string
	runs bool
}

// sources are the fixtures that have sections, with what else each build needs.
var sources = []tabletest.Fixture{
	{Source: "seed.c"}, {Source: "units.c"}, {Source: "hotline.c"}, {Source: "ownreg.c"}, {Source: "sidexit.c"},
	{Source: "watchin.c"}, {Source: "longcopy.c"}, {Source: "threads.c"}, {Source: "counter.c"},
	{Source: "asmmain.c", Extra: []string{"asm.S"}}, {Source: "libsec.c", Shape: tabletest.Shared},
}

// TestPythonReadsWhatTableReads: without a process, at the first instruction,
// where nothing is relocated yet, and at main the script finds in every build
// the sections that table finds in its file.
func TestPythonReadsWhatTableReads(t *testing.T) {
	tabletest.NeedPtrace(t)
	builds := tabletest.Pairs("percpu.c")
	if tabletest.Thorough() {
		builds = tabletest.Matrix("percpu.c")
		for _, s := range sources {
			for _, f := range tabletest.Pairs(s.Source, s.Extra...) {
				if f.Runs() == (s.Shape != tabletest.Shared) && f.Shape != tabletest.Object {
					builds = append(builds, f)
				}
			}
		}
	} else {
		builds = append(builds, sources...)
	}
	var files []built
	for _, f := range builds {
		files = append(files, built{tabletest.Build(t, f), f.Runs()})
	}
	compare(t, files)
}

// TestPythonReadsWorkerd: the same of a program with 177 sections, linked by
// lld, whose words are zero in the file.
func TestPythonReadsWorkerd(t *testing.T) {
	tabletest.NeedPtrace(t)
	compare(t, []built{{tabletest.NeedWorkerd(t), true}})
}

// compare reads files by gdb and by table.
func compare(t *testing.T, files []built) {
	t.Helper()
	list := ""
	for i := range files {
		f := &files[i]
		var err error
		if f.path, err = filepath.EvalSymlinks(f.path); err != nil { // as gdb does
			t.Fatal(err)
		}
		list += fmt.Sprintf("%s %v\n", f.path, f.runs)
	}
	listed := filepath.Join(t.TempDir(), "files")
	if err := os.WriteFile(listed, []byte(list), 0o644); err != nil {
		t.Fatal(err)
	}
	driver, err := os.ReadFile("testdata/sections.py")
	if err != nil {
		t.Fatal(err)
	}
	seen := map[string]int{}
	in := bufio.NewScanner(strings.NewReader(gdbScript(t, "sections.py", string(driver), []string{"FILES=" + listed})))
	in.Buffer(nil, 1<<20)
	for in.Scan() {
		line, ok := strings.CutPrefix(in.Text(), "SECTIONS ")
		if !ok {
			continue
		}
		var r reading
		dec := json.NewDecoder(strings.NewReader(line))
		dec.UseNumber()
		if err := dec.Decode(&r); err != nil {
			t.Fatalf("%v in %s", err, line)
		}
		seen[r.Path]++
		r.check(t)
	}
	total := 0
	for _, f := range files {
		want := 1
		if f.runs {
			want = 3
		}
		if seen[f.path] < want {
			t.Errorf("%s: read %d times, not %d", f.path, seen[f.path], want)
		}
		total += want
	}
	t.Logf("%d files, %d readings agree", len(files), total)
}

// check compares a reading with table's of the file.
func (r *reading) check(t *testing.T) {
	t.Helper()
	f, err := table.Open(r.Path)
	if err != nil {
		t.Fatal(err)
	}
	if f.Type == elf.ET_REL {
		// gdb places what is not linked in its own way; the script says so.
		if len(r.Sections) != 0 || len(r.Unread) != 1 {
			t.Errorf("%s is not linked: %d sections, unread %v", r.Path, len(r.Sections), r.Unread)
		}
		return
	}
	bias := uint64(0)
	if r.Low != 0 {
		low, _ := f.Extent()
		bias = r.Low - uint64(low)&^0xfff
	}
	number := func(a uint64) json.Number { return json.Number(fmt.Sprint(a + bias)) }
	want := [][]any{}
	for _, s := range f.Sections {
		exits := []any{}
		for _, e := range s.Exits {
			exits = append(exits, number(uint64(e)))
		}
		want = append(want, []any{number(uint64(s.At)), number(uint64(s.Start)), number(uint64(s.End)), number(uint64(s.Abort)),
			json.Number(fmt.Sprint(s.Flags)), exits})
	}
	if diff := cmp.Diff(want, r.Sections); diff != "" || len(want) == 0 || len(r.Unread) != 0 {
		t.Errorf("%s, %s: table (-) and the script (+) disagree, unread %v:\n%s", r.Path, r.When, r.Unread, diff)
	}
}
