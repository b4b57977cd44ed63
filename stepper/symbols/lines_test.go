package symbols

import (
	"fmt"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"rseqstep/stepper"
	"rseqstep/table"
)

var infoLine = regexp.MustCompile(`Line (\d+) of "([^"]+)" starts at address (0x[0-9a-f]+)[^\n]* and ends at (0x[0-9a-f]+)`)

// TestLinesAreThoseOfGDB checks the line of every byte of a program's functions.
func TestLinesAreThoseOfGDB(t *testing.T) {
	for _, c := range []struct {
		source    string
		functions []string
	}{
		{"calls.c", []string{"main", "leaf", "twice", "deep", "handler", "last"}},
		{"names.cc", []string{"main", "ns::f", "ns::A::m"}},
	} {
		for _, flags := range builds(t) {
			t.Run(c.source+strings.Join(flags, ""), func(t *testing.T) {
				t.Parallel()
				program := compile(t, c.source, flags...)
				s := alone(t, program)
				var addrs []table.Addr
				var commands []string
				for _, name := range c.functions {
					p := place1(t, s, name)
					f, ok := s.Function(p)
					if !ok || f.Body != p || f.Name != name || !f.HasLines {
						t.Fatalf("Function(%v) = %+v, %v", p, f, ok)
					}
					for _, r := range f.Ranges {
						for a := r.Low; a < r.High; a++ {
							addrs = append(addrs, a)
							commands = append(commands, fmt.Sprintf("echo AT %#x:", uint64(a)), fmt.Sprintf("info line *%#x", uint64(a)), "echo \\n")
						}
					}
				}
				text := gdb(t, program, commands...)
				for _, a := range addrs {
					_, want, _ := strings.Cut(text, fmt.Sprintf("AT %#x:", uint64(a)))
					want, _, _ = strings.Cut(want, "AT 0x")
					// gdb words it differently inside a row: normalize both.
					want = regexp.MustCompile(`address 0x[0-9a-f]+ <[^>]*> is at[^\n]*`).ReplaceAllString(want, "")
					want = strings.ReplaceAll(want, "\n", " ")
					compareLine(t, s, a, want)
				}
			})
		}
	}
}

func compareLine(t *testing.T, s *Set, a table.Addr, gdbSays string) {
	t.Helper()
	x, ok := s.LineInfoAt(a)
	got := "none"
	if ok {
		got = fmt.Sprintf("%d %s %v %v", x.Line.Line, filepath.Base(x.Line.File), x.Low, x.High)
	}
	want := "none"
	if m := infoLine.FindStringSubmatch(gdbSays); m != nil {
		// gdb 18 includes following rows of the same line, older versions end at the next
		// row.
		for next, same := s.LineInfoAt(x.High); ok && same && x.High.String() != m[4] && next.Line == x.Line && next.Low == x.High; next, same = s.LineInfoAt(x.High) {
			x.High = next.High
			got = fmt.Sprintf("%d %s %v %v", x.Line.Line, filepath.Base(x.Line.File), x.Low, x.High)
		}
		want = fmt.Sprintf("%s %s %s %s", m[1], filepath.Base(m[2]), m[3], m[4])
	}
	if got != want {
		t.Errorf("line of %v: %s, gdb: %s (%s)", a, got, want, gdbSays)
	}
}

// TestLineRangesHoldExactlyTheirLine checks LineRanges against Line, byte by byte.
func TestLineRangesHoldExactlyTheirLine(t *testing.T) {
	for _, flags := range builds(t) {
		program := compile(t, "calls.c", flags...)
		s := alone(t, program)
		for _, name := range []string{"main", "twice", "deep"} {
			f, _ := s.Function(place1(t, s, name))
			for _, r := range f.Ranges {
				for pc := r.Low; pc < r.High; pc++ {
					depth, entering := s.Inlines(pc)
					if entering > depth {
						t.Fatalf("%v: %d of %d calls begin", pc, entering, depth)
					}
					for d := 0; d <= depth; d++ {
						checkRanges(t, s, f, pc, d)
					}
				}
			}
		}
	}
}

func checkRanges(t *testing.T, s *Set, f stepper.Function, pc table.Addr, depth int) {
	t.Helper()
	line, ok := s.Line(pc, depth)
	ranges := s.LineRanges(pc, depth)
	if !ok {
		if ranges != nil {
			t.Errorf("%v has no line at depth %d, and ranges %v", pc, depth, ranges)
		}
		return
	}
	block := s.BlockRanges(pc, depth)
	in := func(rs []stepper.Range, a table.Addr) bool {
		for _, r := range rs {
			if r.Contains(a) {
				return true
			}
		}
		return false
	}
	if !in(ranges, pc) {
		t.Errorf("LineRanges(%v, %d) = %v: not the address itself", pc, depth, ranges)
	}
	for _, fr := range f.Ranges {
		for a := fr.Low; a < fr.High; a++ {
			l, has := s.Line(a, depth)
			want := in(block, a) && (!has || l == line)
			if got := in(ranges, a); got != want {
				t.Errorf("LineRanges(%v, %d), line %d: holds %v: %v, want %v (line %v)", pc, depth, line.Line, a, got, want, l)
				return
			}
		}
	}
}

func TestLineStartsAreGDBStatements(t *testing.T) {
	program := compile(t, "calls.c", "-O2")
	s := alone(t, program)
	f, _ := s.Function(place1(t, s, "twice"))
	text := gdb(t, program, "info line twice", "maint info line-table calls.c") // the latter lists what gdb has read so far
	stmts := map[string]bool{}
	for _, m := range regexp.MustCompile(`(?m)^\d+ +(\d+|END) +0x0*([0-9a-f]+)(?: 0x[0-9a-f]+)?( Y)?`).FindAllStringSubmatch(text, -1) {
		if m[1] != "END" {
			stmts["0x"+m[2]] = stmts["0x"+m[2]] || m[3] != ""
		}
	}
	checked := 0
	for a := f.Ranges[0].Low; a < f.Ranges[0].High; a++ {
		depth, entering := s.Inlines(a)
		if got, want := s.LineStart(a, depth), stmts[a.String()]; got != want {
			t.Errorf("LineStart(%v, %d) = %v, gdb %v", a, depth, got, want)
		} else if got {
			checked++
		}
		for d := depth - 1; d >= 0; d-- {
			if got, want := s.LineStart(a, d), depth-d <= entering; got != want {
				t.Errorf("LineStart(%v, %d) = %v, want %v: %d of %d calls begin", a, d, got, want, entering, depth)
			}
		}
	}
	if checked == 0 {
		t.Fatal("no statement begins in the function")
	}
}
