package stat

import (
	"strings"
	"testing"
	"unicode/utf8"
)

// rows makes a report of sections with 100, 99, … aborts.
func rows(n int, seconds float64) *Report {
	r := &Report{Seconds: seconds}
	for i := range n {
		s := newSection(Code{File: "/lib/libmany.so", Offset: uint64(i)}, 8)
		s.Aborts = uint64(100 - i)
		s.At[4] = s.Aborts
		r.Rows = append(r.Rows, &Row{Section: s, Name: "größe_und_" + strings.Repeat("x", 60)})
		r.Aborts += s.Aborts
	}
	r.Recorded = r.Aborts
	return r
}

func TestTheTableFitsTheTerminal(t *testing.T) {
	for _, sections := range []int{0, 1, 2, 5, 30} {
		for _, size := range [][2]int{{80, 24}, {40, 5}, {200, 100}, {10, 3}, {1, 1}, {0, 0}} {
			lines := rows(sections, 2).Top(rows(sections, 1), size[0], size[1])
			if len(lines) > max(size[1], 1) {
				t.Errorf("%d sections are %d lines on a terminal of %v", sections, len(lines), size)
			}
			for _, line := range lines {
				if n := utf8.RuneCountInString(line); n > size[0] || strings.ContainsAny(line, "\n\t") {
					t.Errorf("%d sections on %v: %d columns: %q", sections, size, n, line)
				}
			}
			if shown := strings.Count(strings.Join(lines, "\n"), "größe"); size[0] >= 80 && size[1]-3 >= sections && shown != sections {
				t.Errorf("%d of %d sections are shown on %v", shown, sections, size)
			}
		}
	}
}

func TestTheTableSaysWhatIsLeftOut(t *testing.T) {
	lines := rows(30, 2).Top(nil, 80, 10)
	if last := lines[len(lines)-1]; last != "and 24 more sections" {
		t.Errorf("the last line is %q", last)
	}
}

func TestTheRateIsThatSinceTheLastReport(t *testing.T) {
	before, after := rows(1, 1), rows(1, 3)
	after.Rows[0].Aborts, after.Aborts = 150, 150
	lines := after.Top(before, 120, 10)
	if !strings.Contains(lines[0], "50 in the last 2.0 s") || !strings.Contains(lines[3], " 25.0 ") {
		t.Errorf("%q", lines)
	}
	if line := after.Line(before); !strings.HasPrefix(line, "3 s: 150 aborts") || !strings.Contains(line, "50 in the last 2.0 s; most in größe") {
		t.Errorf("%q", line)
	}
}
