package main

import (
	"strings"
	"testing"

	"rseqstep/table/tabletest"
)

// TestTheFirstReportSaysWhereItsWordsAreExplained: once, to a user.
func TestTheFirstReportSaysWhereItsWordsAreExplained(t *testing.T) {
	tabletest.NeedRseq(t)
	x := promptOn(t, tabletest.Build(t, tabletest.Fixture{Source: "units.c"}))
	x.enter("break main")
	x.enter("run 100")
	x.enter("tbreak 15")
	x.enter("continue")
	said := ""
	for range 5 { // instructions, with a section in each series
		said += x.enter("stepi 60")
	}
	if strings.Count(said, "rseq: ") < 2 {
		t.Fatalf("fewer than two sections were reported:\n%s", said)
	}
	if n := strings.Count(said, "explains the words"); n != 1 {
		t.Errorf("explained %d times:\n%s", n, said)
	}
}
