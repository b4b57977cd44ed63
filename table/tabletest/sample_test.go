package tabletest

import (
	"fmt"
	"slices"
	"strings"
	"testing"
)

// noted is a testing.TB that keeps its log.
type noted struct {
	testing.TB
	log string
}

func (n *noted) Helper()                 {}
func (n *noted) Logf(f string, a ...any) { n.log += fmt.Sprintf(f, a...) }

func letters(n int) (rows []string) {
	for i := range n {
		rows = append(rows, string(rune('a'+i)))
	}
	return rows
}

func TestEveryRowHasItsTurn(t *testing.T) {
	t.Setenv("RSEQSTEP_REQUIRE", "")
	for _, c := range []struct{ n, rows int }{{1, 2}, {1, 7}, {3, 7}, {6, 7}, {4, 12}} {
		seen, days := map[string]bool{}, (c.rows+c.n-1)/c.n
		for day := 20780 / days * days; len(seen) < c.rows && day < 20780/days*days+days; day++ {
			t.Setenv("RSEQSTEP_DAY", fmt.Sprint(day))
			log := &noted{TB: t}
			rows := Some(log, c.n, letters(c.rows))
			if len(rows) != c.n || !slices.IsSorted(rows) || len(slices.Compact(slices.Clone(rows))) != c.n {
				t.Errorf("day %d: %d of %d are %v", day, c.n, c.rows, rows)
			}
			for _, r := range rows {
				seen[r] = true
			}
			_, left, _ := strings.Cut(log.log, "left out: ")
			if told := append(strings.Split(left, "; "), rows...); len(told) != c.rows {
				t.Errorf("day %d: of %v the log says %q", day, rows, log.log)
			}
		}
		if len(seen) != c.rows {
			t.Errorf("%d of %d rows: only %v within %d days", c.n, c.rows, seen, days)
		}
	}
}

func TestADayCanBeBroughtBack(t *testing.T) {
	t.Setenv("RSEQSTEP_REQUIRE", "")
	t.Setenv("RSEQSTEP_DAY", "4711")
	first := Some(t, 3, letters(20))
	if again := Some(t, 3, letters(20)); !slices.Equal(first, again) {
		t.Errorf("%v, then %v", first, again)
	}
}

func TestAThoroughTestLeavesNothingOut(t *testing.T) {
	t.Setenv("RSEQSTEP_REQUIRE", "all")
	if rows := Some(t, 1, letters(9)); len(rows) != 9 {
		t.Errorf("%v", rows)
	}
	if rows := SomeKeys(t, 1, map[string]int{"a": 1, "b": 2}); !slices.Equal(rows, []string{"a", "b"}) {
		t.Errorf("%v", rows)
	}
	if n := Rounds(t, 1, 20); n != 20 {
		t.Errorf("%d rounds", n)
	}
	t.Setenv("RSEQSTEP_REQUIRE", "")
	if n := Rounds(t, 1, 20); n != 1 {
		t.Errorf("%d rounds", n)
	}
}
