package rules

import (
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"path"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
)

// module is the first element of our own import paths; see go.mod.
const module = "rseqstep"

// source is one Go file of the module.
type source struct {
	path    string // from the module's root, "stepper/ptrace/wait.go"
	syntax  *ast.File
	imports []string
}

func (s *source) folder() string { return path.Dir(s.path) }

// test reports whether only tests are built from the file.
func (s *source) test() bool { return strings.HasSuffix(s.path, "_test.go") }

// sources parses every Go file of the module. It skips fixtures, which are separate programs, and
// folders without source of ours.
func sources(t *testing.T) []*source {
	t.Helper()
	root := filepath.Join("..", "..")
	var all []*source
	err := filepath.WalkDir(root, func(file string, d fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		if d.IsDir() {
			if n := d.Name(); file != root && (strings.HasPrefix(n, ".") || n == "testdata" || n == "bin") {
				return filepath.SkipDir
			}
			return nil
		}
		if filepath.Ext(file) != ".go" {
			return nil
		}
		rel, err := filepath.Rel(root, file)
		if err != nil {
			return err
		}
		f, err := parser.ParseFile(token.NewFileSet(), file, nil, parser.SkipObjectResolution|parser.ParseComments)
		if err != nil {
			return err
		}
		s := &source{path: filepath.ToSlash(rel), syntax: f}
		for _, i := range f.Imports {
			name, err := strconv.Unquote(i.Path.Value)
			if err != nil {
				return err
			}
			s.imports = append(s.imports, name)
		}
		all = append(all, s)
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	if len(all) < 300 {
		t.Fatalf("only %d Go files found: is %s the module's root?", len(all), root)
	}
	return all
}
