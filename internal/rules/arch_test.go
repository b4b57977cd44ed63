package rules

import (
	"go/ast"
	"go/token"
	"path"
	"slices"
	"strings"
	"testing"
)

// ofOne lists the folders that may name what only one architecture has: the decoders, the
// interpreters, and the list of architectures. (The program of a test model is amd64's, too.) In
// stepper/ptrace, only files whose names end in _amd64.go or _arm64.go may.
var ofOne = []string{"stepper/machine/amd64", "stepper/machine/arm64", "stepper/machine/arches", "stepper/opv", "stepper/opv/interp/amd64", "stepper/opv/interp/arm64", "stepper/steptest", "stepper/steptest/modelled", "stepper/faulttest"}

// ofFiles lists the folders that read files of all architectures and so use the numbers of each.
var ofFiles = []string{"table", "table/tabletest"}

// archLimits is the number of such names that each folder still has. The numbers may only
// decrease. A folder that is not in the map has none.
var archLimits = map[string]int{}

// The methods of registers have names that say what they mean (package machine, convention.go),
// and the facts about an architecture are in its Arch, so that another architecture can provide
// them as well. No other code names a register, system call number, relocation or instruction
// length of one architecture. The numbers of the debugger's own calls are those of the machine for which it
// is built.
func TestArchitecturesAreNamedInFewPlaces(t *testing.T) {
	all := sources(t)
	registers := stringsOf(all, "stepper/machine/amd64/reg.go")
	registers = append(registers, stringsOf(all, "stepper/machine/arm64/reg.go")...)
	if !slices.Contains(registers, "rip") || !slices.Contains(registers, "tpidr") {
		t.Fatalf("the registers are %v: this test looks for the wrong thing", registers)
	}
	found := map[string]int{}
	for _, s := range all {
		if s.test() || slices.Contains(ofOne, s.folder()) || slices.Contains(ofFiles, s.folder()) ||
			s.folder() == "stepper/ptrace" && (strings.HasSuffix(s.path, "_amd64.go") || strings.HasSuffix(s.path, "_arm64.go")) {
			continue
		}
		for _, name := range archNames(s.syntax, registers) {
			found[s.folder()]++
			t.Logf("%s names %s", s.path, name)
		}
	}
	folders := slices.Collect(func(yield func(string) bool) {
		for _, m := range []map[string]int{found, archLimits} {
			for f := range m {
				if !yield(f) {
					return
				}
			}
		}
	})
	slices.Sort(folders)
	for _, folder := range slices.Compact(folders) {
		switch n, most := found[folder], archLimits[folder]; {
		case n > most:
			t.Errorf("%s has %d names of one architecture, %d are allowed", folder, n, most)
		case n < most:
			t.Errorf("%s has %d names of one architecture. Write it down as the limit, that it stays so.", folder, n)
		}
	}
}

// stringsOf returns a file's string literals that are long enough to have one meaning.
func stringsOf(all []*source, file string) (list []string) {
	for _, s := range all {
		if s.path != file {
			continue
		}
		ast.Inspect(s.syntax, func(n ast.Node) bool {
			if _, ok := n.(*ast.ImportSpec); ok {
				return false
			}
			if l, ok := n.(*ast.BasicLit); ok && l.Value != `"none"` && l.Kind == token.STRING && len(l.Value) > len(`"fs"`) {
				list = append(list, strings.Trim(l.Value, `"`))
			}
			return true
		})
	}
	return list
}

// archNames returns the registers, system call numbers, ELF constants and instruction lengths of
// one architecture that a file names, and the names of its package that it uses.
func archNames(file *ast.File, registers []string) (names []string) {
	own := map[ast.Expr]bool{} // the numbers of calls that the debugger makes itself
	ast.Inspect(file, func(n ast.Node) bool {
		switch n := n.(type) {
		case *ast.CallExpr:
			if f, ok := n.Fun.(*ast.SelectorExpr); ok && len(n.Args) > 0 && fromSys(f) && strings.Contains(f.Sel.Name, "Syscall") {
				own[n.Args[0]] = true
			}
		case *ast.BasicLit:
			if n.Kind == token.STRING && slices.Contains(registers, strings.Trim(n.Value, `"`)) {
				names = append(names, n.Value)
			}
		case *ast.SelectorExpr:
			of, ok := n.X.(*ast.Ident)
			switch {
			case !ok:
			case of.Name == "amd64", of.Name == "arm64", of.Name == "elf" && (strings.Contains(n.Sel.Name, "X86_64") || strings.Contains(n.Sel.Name, "AARCH64")):
				names = append(names, of.Name+"."+n.Sel.Name)
			case fromSys(n) && strings.HasPrefix(n.Sel.Name, "SYS_") && !own[n]:
				names = append(names, n.Sel.Name)
			}
		case *ast.BinaryExpr:
			if (n.Op == token.ADD || n.Op == token.SUB) && isLiteral(n.Y) && asksPlace(n.X) {
				names = append(names, "a place counted from PC or SP")
			}
		}
		return true
	})
	return names
}

// fromSys reports whether a name belongs to package syscall or unix.
func fromSys(s *ast.SelectorExpr) bool {
	of, ok := s.X.(*ast.Ident)
	return ok && (of.Name == "syscall" || of.Name == "unix")
}

func isLiteral(x ast.Expr) bool {
	l, ok := x.(*ast.BasicLit)
	return ok && l.Kind == token.INT
}

// asksPlace reports whether an expression is a method call for a thread's PC or stack pointer.
func asksPlace(x ast.Expr) bool {
	call, ok := x.(*ast.CallExpr)
	if !ok {
		return false
	}
	f, ok := call.Fun.(*ast.SelectorExpr)
	return ok && slices.Contains([]string{"PC", "SP"}, f.Sel.Name)
}

// Only the backend has build tags that name an architecture: all other code uses the architecture
// of the program that it examines.
func TestBuildTagsNameArchitecturesInTheBackendOnly(t *testing.T) {
	found := 0
	for _, s := range sources(t) {
		if s.test() { // code that a test executes is the host's own
			continue
		}
		tagged := false
		for _, arch := range []string{"amd64", "arm64"} {
			tagged = tagged || strings.HasSuffix(strings.TrimSuffix(path.Base(s.path), ".go"), "_"+arch)
			for _, group := range s.syntax.Comments {
				for _, c := range group.List {
					tagged = tagged || strings.HasPrefix(c.Text, "//go:build") && strings.Contains(c.Text, arch)
				}
			}
		}
		if !tagged {
			continue
		}
		found++
		if s.folder() != "stepper/ptrace" {
			t.Errorf("%s is built for one architecture: only stepper/ptrace may be", s.path)
		}
	}
	if found == 0 {
		t.Error("no file of stepper/ptrace has such a tag: this test looks for the wrong thing")
	}
}
