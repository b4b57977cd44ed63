package rules_test

import (
	"bytes"
	"flag"
	"os"
	"path/filepath"
	"testing"

	"github.com/google/go-cmp/cmp"

	"rseqstep/check"
	"rseqstep/check/rules"
	"rseqstep/table/tabletest"
)

var update = flag.Bool("update", false, "write docs/check.md")

// generated is the line of docs/check.md behind which everything is generated.
const generated = "<!-- Generated from package check/rules: go test ./check/rules -run Catalogue -update -->\n\n"

func TestCatalogueInTheDocumentsIsUpToDate(t *testing.T) {
	path := filepath.Join(tabletest.Root(t), "docs", "check.md")
	have, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	head, _, ok := bytes.Cut(have, []byte(generated))
	if !ok {
		t.Fatalf("%s lacks the line %q", path, generated)
	}
	var want bytes.Buffer
	want.Write(head)
	want.WriteString(generated)
	if err := check.WriteCatalogue(&want, rules.All()); err != nil {
		t.Fatal(err)
	}
	if *update {
		if err := os.WriteFile(path, want.Bytes(), 0o644); err != nil {
			t.Fatal(err)
		}
		return
	}
	if diff := cmp.Diff(string(have), want.String()); diff != "" {
		t.Errorf("run: go test ./check/rules -run Catalogue -update\n%s", diff)
	}
}
