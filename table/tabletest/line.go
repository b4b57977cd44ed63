package tabletest

import (
	"os"
	"strings"
	"testing"
)

// Line is the number of the first line of a file of testdata that contains a text.
func Line(t testing.TB, source, text string) int {
	t.Helper()
	b, err := os.ReadFile(Root(t) + "/testdata/" + source)
	if err != nil {
		t.Fatal(err)
	}
	before, _, ok := strings.Cut(string(b), text)
	if !ok {
		t.Fatalf("%s has no %q", source, text)
	}
	return 1 + strings.Count(before, "\n")
}
