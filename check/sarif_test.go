package check

import (
	"bytes"
	"go/ast"
	"go/parser"
	"go/token"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"testing"

	"github.com/owenrumney/go-sarif/v3/pkg/report/v210/sarif"
	"github.com/xeipuuv/gojsonschema"
)

// schema returns OASIS's JSON schema of SARIF 2.1.0. It is a constant of go-sarif, which go.sum
// pins; that package validates only what it has itself read.
func schema(t *testing.T) string {
	t.Helper()
	const module = "github.com/owenrumney/go-sarif/v3"
	dir, err := exec.Command("go", "list", "-m", "-f", "{{.Dir}}", module).Output()
	if err != nil {
		t.Fatal(err)
	}
	f, err := parser.ParseFile(token.NewFileSet(), filepath.Join(strings.TrimSpace(string(dir)), "pkg/report/v210/sarif/schema.go"), nil, 0)
	if err != nil {
		t.Fatal(err)
	}
	text := ""
	ast.Inspect(f, func(n ast.Node) bool {
		if l, ok := n.(*ast.BasicLit); ok && l.Kind == token.STRING && len(l.Value) > len(text) {
			text = l.Value
		}
		return true
	})
	if text, err = strconv.Unquote(text); err != nil || len(text) < 10000 {
		t.Fatalf("no schema: %v, %d bytes", err, len(text))
	}
	return text
}

// full is a report with everything that a report can have.
func full(t *testing.T) *Report {
	t.Helper()
	r := NewReport("1", "prog", catalogue())
	f := at("first", 0xffffffff81000000, "f")
	f.Where.File, f.Where.Line, f.Where.Text, f.Where.BuildID = "/src/a b.c", 12, "ret", "abcd"
	f.Section = &Section{Function: "f+0x10", Start: 1, End: 2, Abort: 3, Descriptor: 4}
	f.Count, f.Threads, f.Value = 3, []int{5, 6}, "1"
	f.Path = []Place{{Module: "/usr/lib/liba.so", Address: 1, Note: "here"}, {File: "rel/b.c", Line: 1}}
	f.Stack = []Place{f.Where, {Function: "main", Process: 7}}
	r.Add(f)
	r.Add(at("second", 0, ""))
	r.Add(Finding{Rule: "second", Detail: "a thread that never registered"})
	s, err := ParseSuppressions(strings.NewReader("first nobody\n"))
	if err != nil {
		t.Fatal(err)
	}
	r.Says, r.Problems = []string{"It would not run in debug mode."}, []string{"libb.so: cannot be read"}
	r.Watched = Watched{Files: []string{"prog"}, Declared: 1, Decoded: 1, Running: true, Armed: 1, Threads: 2, Seconds: 1.5}
	r.Apply(Options{Suppress: s})
	return r
}

// SARIF's readers validate: what we write is valid by OASIS's schema, and another program reads the
// same findings from it.
func TestSARIFIsValid(t *testing.T) {
	loader := gojsonschema.NewStringLoader(schema(t))
	empty := NewReport("", "prog", catalogue())
	empty.Apply(Options{})
	for name, r := range map[string]*Report{"full": full(t), "empty": empty} {
		var b bytes.Buffer
		if err := r.WriteSARIF(&b); err != nil {
			t.Fatal(err)
		}
		result, err := gojsonschema.Validate(loader, gojsonschema.NewBytesLoader(b.Bytes()))
		if err != nil {
			t.Fatal(err)
		}
		for _, e := range result.Errors() {
			t.Errorf("%s: %v", name, e)
		}
		log, err := sarif.FromBytes(b.Bytes())
		if err != nil {
			t.Fatalf("%s: %v\n%s", name, err, b.Bytes())
		}
		if len(log.Runs) != 1 || len(log.Runs[0].Results) != len(r.Findings) || len(log.Runs[0].Tool.Driver.Rules) != 2 {
			t.Errorf("%s: another reader finds %d runs", name, len(log.Runs))
		}
		for n, got := range log.Runs[0].Results {
			if want := r.Findings[n]; *got.RuleID != want.Rule || got.Level != want.Severity.String() || *got.Message.Text != want.Detail {
				t.Errorf("%s: finding %d is read as %s, %s", name, n, *got.RuleID, got.Level)
			}
		}
	}
	// The test can fail.
	result, err := gojsonschema.Validate(loader, gojsonschema.NewStringLoader(`{"version": "2.1.0", "runs": [{"tool": {"driver": {}}}]}`))
	if err != nil || result.Valid() {
		t.Errorf("a log without the tool's name is valid: %v", err)
	}
}
