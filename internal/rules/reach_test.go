package rules

import (
	"go/ast"
	"strings"
	"testing"
)

// standard reports whether an import path belongs to the standard library: only other paths have
// a dot in their first element (go help importpath).
func standard(path string) bool {
	first, _, _ := strings.Cut(path, "/")
	return !strings.Contains(first, ".") && first != module
}

// Only one helper skips tests; RSEQSTEP_REQUIRE=all turns its skips into failures.
func TestTestsAreSkippedInOnePlace(t *testing.T) {
	const place = "table/tabletest/need.go"
	found := 0
	for _, s := range sources(t) {
		ast.Inspect(s.syntax, func(n ast.Node) bool {
			call, ok := n.(*ast.CallExpr)
			if !ok {
				return true
			}
			method, ok := call.Fun.(*ast.SelectorExpr)
			if !ok || method.Sel.Name != "Skip" && method.Sel.Name != "Skipf" && method.Sel.Name != "SkipNow" {
				return true
			}
			found++
			if s.path != place {
				t.Errorf("%s calls %s: only %s may", s.path, method.Sel.Name, place)
			}
			return true
		})
	}
	if found == 0 {
		t.Errorf("%s skips nothing: this test looks for the wrong thing", place)
	}
}

// A program that only reads a file's sections needs only package table and the standard library.
func TestTableNeedsTheStandardLibraryOnly(t *testing.T) {
	for _, s := range sources(t) {
		if s.folder() != "table" || s.test() {
			continue
		}
		for _, i := range s.imports {
			if !standard(i) {
				t.Errorf("%s imports %s", s.path, i)
			}
		}
	}
}

func TestUnsafeIsInFilesThatSaySo(t *testing.T) {
	for _, s := range sources(t) {
		for _, i := range s.imports {
			name := strings.TrimSuffix(strings.TrimSuffix(s.path, ".go"), "_test")
			if i == "unsafe" && !strings.HasSuffix(name, "_unsafe") {
				t.Errorf("%s imports unsafe: only *_unsafe.go may", s.path)
			}
		}
	}
}

func TestTheKernelIsCalledInFewPlaces(t *testing.T) {
	for _, s := range sources(t) {
		for _, i := range s.imports {
			if i == "golang.org/x/sys/unix" && !s.test() && s.folder() != "stepper/ptrace" && !strings.HasSuffix(s.path, "_linux.go") {
				t.Errorf("%s imports %s: only stepper/ptrace and *_linux.go may", s.path, i)
			}
		}
	}
}

// Only stepper/ptrace controls the tracees: it would not know of requests from other packages.
func TestPtraceCallsAreInOnePackage(t *testing.T) {
	found := 0
	for _, s := range sources(t) {
		if s.test() || s.folder() == "table/tabletest" { // which tries whether tests may use ptrace(2) at all
			continue
		}
		ast.Inspect(s.syntax, func(n ast.Node) bool {
			name := ""
			switch n := n.(type) {
			case *ast.SelectorExpr:
				if of, ok := n.X.(*ast.Ident); ok && (of.Name == "unix" || of.Name == "syscall") {
					name = n.Sel.Name
				}
			case *ast.KeyValueExpr: // syscall.SysProcAttr{Ptrace: true}
				if key, ok := n.Key.(*ast.Ident); ok && key.Name == "Ptrace" {
					name = key.Name
				}
			}
			if strings.HasPrefix(name, "Ptrace") || strings.HasPrefix(name, "PTRACE_") || name == "SYS_PTRACE" {
				found++
				if s.folder() != "stepper/ptrace" {
					t.Errorf("%s uses %s: only stepper/ptrace may", s.path, name)
				}
			}
			return true
		})
	}
	if found == 0 {
		t.Error("no ptrace call is found in stepper/ptrace either: this test looks in the wrong way")
	}
}

// Package delve extends Delve, and the benchmarks compare with it. Delve's packages read
// unchecked data and panic on some of it (stepper/cfi and stepper/dwexpr are our replacements);
// its command line imports half of Delve.
func TestOnlyDelveAndBenchmarksImportDelve(t *testing.T) {
	found := 0
	for _, s := range sources(t) {
		in := func(folder string) bool { return s.folder() == folder || strings.HasPrefix(s.folder(), folder+"/") }
		for _, i := range s.imports {
			switch {
			case !strings.HasPrefix(i, "github.com/go-delve/"):
			case in("delve"):
				found++
			case strings.HasSuffix(i, "delve/cmd/dlv/cmds"):
				t.Errorf("%s imports %s: only delve/ may", s.path, i)
			case !s.test() && !in("internal/bench"):
				t.Errorf("%s imports %s: only delve/, internal/bench and tests may", s.path, i)
			}
		}
	}
	if found == 0 {
		t.Error("delve/ imports nothing of Delve: this test looks for the wrong thing")
	}
}

func TestNothingRunsBeforeMain(t *testing.T) {
	for _, s := range sources(t) {
		for _, d := range s.syntax.Decls {
			if f, ok := d.(*ast.FuncDecl); ok && f.Recv == nil && f.Name.Name == "init" {
				t.Errorf("%s has an init function", s.path)
			}
		}
	}
}
