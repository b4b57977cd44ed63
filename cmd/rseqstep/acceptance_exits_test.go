package main

import (
	"bufio"
	"bytes"
	"encoding/json"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"sort"
	"strconv"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"rseqstep/table/tabletest"
)

// tableAgreesWithObjdump compares `table --json` with what readelf says of the
// sections and objdump of their code: every branch that leads out of one, be it
// declared or only in the code. That is read here from their output alone.
func tableAgreesWithObjdump(t *testing.T, bin string) {
	tabletest.NeedTool(t, "objdump")
	programs := map[string]func(*testing.T) string{
		"workerd": func(t *testing.T) string { return tabletest.NeedWorkerd(t) },
	}
	for _, opt := range []string{"-O0", "-O2"} {
		for _, source := range []string{"seed", "sidexit", "percpu"} {
			f := tabletest.Fixture{Source: source + ".c", Opt: opt, Shape: tabletest.NoPIE}
			programs[source+opt] = func(t *testing.T) string { return tabletest.Build(t, f) }
		}
	}
	for name, path := range programs {
		t.Run(name, func(t *testing.T) {
			path := path(t)
			want, got := branchesOut(t, path), tableExits(t, bin, path)
			if diff := cmp.Diff(want, got); diff != "" {
				t.Errorf("objdump (-) and table (+) disagree:\n%s", diff)
			}
			if name == "workerd" && len(got) != 177 {
				t.Errorf("%d sections, want 177", len(got))
			}
		})
	}
}

// codeSection is a section with where it can leave to besides its end and its
// abort handler.
type codeSection struct {
	Start, End, Abort string
	Exits             []string
}

// tableExits is what `rseqstep table --json` says.
func tableExits(t *testing.T, bin, path string) []codeSection {
	t.Helper()
	out, err := exec.Command(bin, "table", "--json", path).Output()
	if err != nil {
		t.Fatal(err)
	}
	var doc struct {
		File struct {
			Sections []struct {
				Start, End, Abort string
				Exits             []string
				Decoded           []string `json:"exits_decoded"`
			}
		}
	}
	if err := json.Unmarshal(out, &doc); err != nil {
		t.Fatal(err)
	}
	var list []codeSection
	for _, s := range doc.File.Sections {
		list = append(list, codeSection{s.Start, s.End, s.Abort, sorted(append(s.Exits, s.Decoded...))})
	}
	slices.SortFunc(list, byStart)
	return list
}

func byStart(a, b codeSection) int { return strings.Compare(a.Start, b.Start) }

func sorted(list []string) []string {
	out := append([]string{}, list...)
	slices.Sort(out)
	return slices.Compact(out)
}

// branchesOut is what readelf and objdump say.
func branchesOut(t *testing.T, path string) []codeSection {
	t.Helper()
	segments := programHeaders(t, path)
	file, err := os.Open(path)
	if err != nil {
		t.Fatal(err)
	}
	defer file.Close()
	oracle := tabletest.Oracle(t, path)
	code := make([][]byte, len(oracle))
	for i, o := range oracle {
		start, end := number(t, o.Start), number(t, o.End)
		code[i] = make([]byte, end-start)
		if _, err := file.ReadAt(code[i], int64(segments.offset(t, start))); err != nil {
			t.Fatal(err)
		}
	}
	var list []codeSection
	for i, targets := range branchTargets(t, code) {
		o := oracle[i]
		s := codeSection{Start: o.Start, End: o.End, Abort: o.Abort}
		start, end := number(t, o.Start), number(t, o.End)
		exits := slices.Clone(o.Exits)
		for _, target := range targets {
			target += start
			if (target < start || target >= end) && hexText(target) != s.End && hexText(target) != s.Abort {
				exits = append(exits, hexText(target))
			}
		}
		s.Exits = sorted(exits)
		list = append(list, s)
	}
	slices.SortFunc(list, byStart)
	return list
}

func hexText(a uint64) string { return fmt.Sprintf("%#x", a) }

func number(t *testing.T, text string) uint64 {
	t.Helper()
	v, err := strconv.ParseUint(text, 0, 64)
	if err != nil {
		t.Fatal(err)
	}
	return v
}

// jump is a line of objdump's with a direct jump, where it is and where it goes;
// loop and jrcxz count too.
var jump = regexp.MustCompile(`^\s*([0-9a-f]+):\t(?:bnd |notrack )?(?:j[a-z]+|loop[a-z]*)(?:,p[nt])?\s+(0x[0-9a-f]+)`)

// branchTargets disassembles pieces of code, each of whole instructions, and
// returns the targets of each one's branches as distances from its start. It
// runs objdump once, on all of them with room between: a branch backwards out of
// the first piece must not come to lie below 0, and none leads farther than the
// 2 GiB of a 32-bit displacement.
func branchTargets(t *testing.T, code [][]byte) [][]uint64 {
	t.Helper()
	const base = 1 << 32
	var all []byte
	var begins []uint64
	for _, c := range code {
		begins = append(begins, base+uint64(len(all)))
		all = append(append(all, c...), bytes.Repeat([]byte{0x90}, 16)...) // nop: the next piece is decoded from its start
	}
	path := filepath.Join(t.TempDir(), "code")
	if err := os.WriteFile(path, all, 0o600); err != nil {
		t.Fatal(err)
	}
	out, err := exec.Command("objdump", "-D", "-b", "binary", "-m", "i386:x86-64", "--adjust-vma", hexText(base), "--no-show-raw-insn", path).Output()
	if err != nil {
		t.Fatal(err)
	}
	targets := make([][]uint64, len(code))
	for lines := bufio.NewScanner(bytes.NewReader(out)); lines.Scan(); {
		if m := jump.FindStringSubmatch(lines.Text()); m != nil {
			at := number(t, "0x"+m[1])
			i := sort.Search(len(begins), func(i int) bool { return begins[i] > at }) - 1
			targets[i] = append(targets[i], number(t, m[2])-begins[i])
		}
	}
	return targets
}

// segmentList is the program headers of a file: offset, address, size in the file.
type segmentList [][3]uint64

func (l segmentList) offset(t *testing.T, addr uint64) uint64 {
	t.Helper()
	for _, s := range l {
		if addr-s[1] < s[2] {
			return addr - s[1] + s[0]
		}
	}
	t.Fatalf("%#x is in no segment", addr)
	return 0
}

func programHeaders(t *testing.T, path string) (list segmentList) {
	t.Helper()
	out, err := exec.Command(tabletest.NeedTool(t, "readelf"), "-lW", path).Output()
	if err != nil {
		t.Fatal(err)
	}
	for lines := bufio.NewScanner(bytes.NewReader(out)); lines.Scan(); {
		if f := strings.Fields(lines.Text()); len(f) > 4 && f[0] == "LOAD" {
			list = append(list, [3]uint64{number(t, f[1]), number(t, f[2]), number(t, f[4])})
		}
	}
	return list
}
