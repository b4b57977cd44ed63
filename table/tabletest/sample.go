package tabletest

import (
	"flag"
	"fmt"
	"hash/fnv"
	"maps"
	"math/rand/v2"
	"os"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"
)

// Thorough reports whether the tests do everything, which takes a quarter of an hour:
// under RSEQSTEP_REQUIRE=all. Otherwise they do what fits into two minutes, and omit the
// rest by Some, SomeKeys or Rounds, or with a message of their own.
func Thorough() bool { return os.Getenv("RSEQSTEP_REQUIRE") == requireAll }

// Rounds is the number of repetitions in a test: many if Thorough, else few.
func Rounds(t testing.TB, few, many int) int {
	t.Helper()
	if Thorough() {
		return many
	}
	t.Logf("%d rounds; under RSEQSTEP_REQUIRE=%s %d", few, requireAll, many)
	return few
}

// Some returns all rows of a table if Thorough, or if a subtest's name was
// given (-run Test/row). Otherwise it returns n of them, in the table's order:
// different ones each day, so that each row has its turn within len(all)/n
// days. The log names the day and the omitted rows; RSEQSTEP_DAY=N repeats a
// day.
func Some[T any](t testing.TB, n int, all []T) []T {
	t.Helper()
	if n >= len(all) || Thorough() || rowAsked() {
		return all
	}
	day := today(t)
	chosen := turn(day, t.Name()+fmt.Sprint(texts(all)), n, len(all))
	var rows []T
	var left []string
	for i, row := range all {
		if slices.Contains(chosen, i) {
			rows = append(rows, row)
		} else {
			left = append(left, strings.Join(strings.Fields(fmt.Sprintf("%.60v", row)), " "))
		}
	}
	t.Logf("%d of %d (RSEQSTEP_DAY=%d; all under RSEQSTEP_REQUIRE=%s), left out: %s", n, len(all), day, requireAll, strings.Join(left, "; "))
	return rows
}

// SomeKeys is Some for a table whose rows have names; it returns the names,
// sorted.
func SomeKeys[T any](t testing.TB, n int, all map[string]T) []string {
	t.Helper()
	return Some(t, n, slices.Sorted(maps.Keys(all)))
}

// texts returns a table of strings, and nothing for other tables.
func texts[T any](all []T) []string {
	list, _ := any(all).([]string)
	return list
}

// turn returns the numbers of the n rows whose turn it is on a day. The order
// is shuffled for each round through the table: neighbouring rows are alike,
// and two tables must not always meet in the same rows.
func turn(day int, name string, n, rows int) []int {
	h := fnv.New64a()
	h.Write([]byte(name)) // a hash cannot fail
	days := (rows + n - 1) / n
	order := rand.New(rand.NewPCG(h.Sum64(), uint64(day/days))).Perm(rows)
	var chosen []int
	for i := range n {
		chosen = append(chosen, order[(day%days*n+i)%rows])
	}
	return chosen
}

// today is the number of the day since 1970, or RSEQSTEP_DAY.
func today(t testing.TB) int {
	t.Helper()
	text := os.Getenv("RSEQSTEP_DAY")
	if text == "" {
		return int(time.Now().Unix() / (24 * 60 * 60))
	}
	n, err := strconv.Atoi(text)
	if err != nil || n < 0 {
		t.Fatalf("RSEQSTEP_DAY=%q is not the number of a day: %v", text, err)
	}
	return n
}

// rowAsked reports whether go test was given a subtest's name.
func rowAsked() bool {
	f := flag.Lookup("test.run")
	return f != nil && strings.Contains(f.Value.String(), "/")
}
