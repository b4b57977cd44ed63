//go:build unix

package tabletest

import (
	"cmp"
	"crypto/sha256"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"sync"
	"syscall"
	"testing"
)

// Command returns the path of this tree's rseqstep, built as for its users. If
// GOCOVERDIR is set, it writes its coverage there when it ends (go help build,
// -cover).
func Command(t testing.TB) string {
	t.Helper()
	return command().build(t)
}

// Dlv returns the path of an unmodified dlv, in the version in go.mod.
func Dlv(t testing.TB) string {
	t.Helper()
	return dlv().build(t)
}

// BuildGo returns the path of a Go program of testdata; if debug is set, without
// optimisation or inlining, as dlv debug builds it. No test may write to it.
func BuildGo(t testing.TB, pkg string, debug bool) string {
	t.Helper()
	return fixture(pkg, debug).build(t)
}

// BuildGoPrograms builds every program that Command, Dlv and BuildGo can return, for a
// machine without the go command; see GoBuilt.
func BuildGoPrograms(t testing.TB) {
	t.Helper()
	all := []goProgram{command(), dlv()}
	mains, err := filepath.Glob(filepath.Join(Root(t), "testdata", "*", "*.go"))
	if err != nil {
		t.Fatal(err)
	}
	for _, file := range mains {
		if !canBuild(filepath.Dir(file)) {
			continue
		}
		pkg := filepath.Base(filepath.Dir(file))
		all = append(all, fixture(pkg, false), fixture(pkg, true))
	}
	for _, p := range all {
		p.build(t)
	}
}

// GoBuilt is the value of RSEQSTEP_GO if BuildGoPrograms has run before, on
// another machine with the same folder: then the go command is not needed.
const GoBuilt = "built"

// goArch is the architecture that Go programs are built for: RSEQSTEP_GOARCH, or that of this machine.
func goArch() string { return cmp.Or(os.Getenv("RSEQSTEP_GOARCH"), runtime.GOARCH) }

// canBuild reports whether the program in a folder is one for goArch: it has no assembly, or some for
// it, and no C if that is another architecture for which there is no compiler.
func canBuild(dir string) bool {
	assembly, _ := filepath.Glob(filepath.Join(dir, "*_*.s"))
	c, _ := filepath.Glob(filepath.Join(dir, "*.c"))
	return (len(assembly) == 0 || slices.ContainsFunc(assembly, func(file string) bool { return strings.HasSuffix(file, "_"+goArch()+".s") })) &&
		(len(c) == 0 || goArch() == runtime.GOARCH || crossCompiler() != "")
}

// forAnother is the environment of a build for a machine of another architecture, of the program in a folder.
func forAnother(dir string) []string {
	if goArch() == runtime.GOARCH {
		return nil
	}
	c, _ := filepath.Glob(filepath.Join(dir, "*.c"))
	if cc := crossCompiler(); cc != "" && len(c) > 0 {
		return []string{"GOARCH=" + goArch(), "CGO_ENABLED=1", "CC=" + cc}
	}
	return []string{"GOARCH=" + goArch(), "CGO_ENABLED=0"}
}

// crossCompiler is the path of a C compiler for arm64 on another machine; "" for none.
func crossCompiler() string {
	if goArch() != "arm64" {
		return ""
	}
	cc, _ := exec.LookPath("aarch64-linux-gnu-gcc")
	return cc
}

func command() goProgram {
	var flags []string
	if os.Getenv("GOCOVERDIR") != "" {
		flags = []string{"-cover", "-coverpkg=rseqstep/..."}
	}
	return goProgram{pkg: "rseqstep/cmd/rseqstep", flags: flags}
}

func dlv() goProgram { return goProgram{pkg: "github.com/go-delve/delve/cmd/dlv"} }

func fixture(pkg string, debug bool) goProgram {
	p := goProgram{pkg: "./testdata/" + pkg}
	if debug {
		p.flags, p.env = []string{"-gcflags=all=-N -l"}, []string{"CGO_CFLAGS=-O0 -g"}
	}
	return p
}

// goProgram is a program that the go command builds, in the module's root.
type goProgram struct {
	pkg        string
	flags, env []string
}

// goBuilds has a function for every goProgram that this process has used, by
// its folder; it returns an error.
var goBuilds sync.Map

// build builds the program once for this process. It stays in .cache/go, where the go
// command checks whether it is current and links it only if it is not.
func (p goProgram) build(t testing.TB) string {
	t.Helper()
	root := Root(t)
	key := sha256.Sum256(fmt.Appendf(nil, "%q %q %q %q %q", root, p.pkg, p.flags, p.env, goArch()))
	dir := cachePath(t, "go", fmt.Sprintf("%x", key[:12]))
	out := filepath.Join(dir, path.Base(p.pkg))
	if os.Getenv("RSEQSTEP_GO") == GoBuilt {
		if _, err := os.Stat(out); err != nil {
			t.Fatalf("%s is not built, and RSEQSTEP_GO=%s: run the test of BuildGoPrograms first", p.pkg, GoBuilt)
		}
		return out
	}
	tool := NeedTool(t, "go")
	once, _ := goBuilds.LoadOrStore(dir, sync.OnceValue(func() error {
		return locked(dir, func() error {
			cmd := exec.Command(tool, append(append([]string{"build", "-o", out}, p.flags...), p.pkg)...)
			cmd.Dir, cmd.Env = root, slices.Concat(os.Environ(), p.env, forAnother(filepath.Join(root, p.pkg)))
			if said, err := cmd.CombinedOutput(); err != nil {
				return fmt.Errorf("%s: %w\n%s", strings.Join(cmd.Args, " "), err, said)
			}
			return nil
		})
	}))
	if err := once.(func() error)(); err != nil {
		t.Fatal(err)
	}
	return out
}

// locked creates the folder and runs f under a lock on it: packages are tested
// at the same time. See flock(2).
func locked(dir string, f func() error) (err error) {
	if err := os.MkdirAll(dir, 0o755); err != nil {
		return err
	}
	lock, err := os.OpenFile(filepath.Join(dir, "lock"), os.O_CREATE|os.O_RDWR, 0o644)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, lock.Close()) }()
	for {
		if err = syscall.Flock(int(lock.Fd()), syscall.LOCK_EX); err != syscall.EINTR {
			break
		}
	}
	if err != nil {
		return fmt.Errorf("lock %s: %w", dir, err)
	}
	return f()
}
