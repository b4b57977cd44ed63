package tabletest

import (
	"crypto/sha256"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
)

// Build returns the path of the built fixture. It is built once for each
// combination of sources, command line and tools, and kept in .cache/fixtures;
// packages tested at the same time share it. A missing compiler or linker skips
// the test; a source that does not compile is fatal.
func Build(t testing.TB, f Fixture) string {
	t.Helper()
	f = f.normal()
	args := f.args(t)
	key := sha256.New()
	fmt.Fprintf(key, "%q %q %q\n", Root(t), f.Strip, args)
	for _, tool := range f.tools() {
		keyTool(t, key, tool)
	}
	for _, source := range f.sources(t) {
		text, err := os.ReadFile(source)
		if err != nil {
			t.Fatal(err)
		}
		fmt.Fprintf(key, "%d %s\n", len(text), text)
	}
	dir := cachePath(t, "fixtures", fmt.Sprintf("%x", key.Sum(nil)[:12]))
	built := filepath.Join(dir, f.file())
	if _, err := os.Stat(built); err == nil {
		return built
	}
	publish(t, dir, func(tmp string) { f.build(t, args, filepath.Join(tmp, f.file())) })
	return built
}

// BuildText returns the path of a C program, built from its text as Build builds a fixture. No test may
// write to it.
func BuildText(t testing.TB, text string, flags ...string) string {
	t.Helper()
	key := sha256.New()
	fmt.Fprintf(key, "%q %q\n", text, flags)
	for _, tool := range []string{"gcc", "as", "ld"} {
		keyTool(t, key, tool)
	}
	dir := cachePath(t, "fixtures", fmt.Sprintf("%x", key.Sum(nil)[:12]))
	built := filepath.Join(dir, "prog")
	if _, err := os.Stat(built); err == nil {
		return built
	}
	publish(t, dir, func(tmp string) {
		source := filepath.Join(tmp, "prog.c")
		if err := os.WriteFile(source, []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
		run(t, exec.Command(NeedTool(t, "gcc"), append([]string{"-o", filepath.Join(tmp, "prog"), source}, flags...)...))
	})
	return built
}

// keyTool adds a program to the key of what it builds.
func keyTool(t testing.TB, key io.Writer, tool string) {
	t.Helper()
	info, err := os.Stat(NeedTool(t, tool))
	if err != nil {
		t.Fatal(err)
	}
	fmt.Fprintln(key, tool, info.Size(), info.ModTime().UnixNano())
}

// sources are the files that a build reads: its own, and every header of
// testdata/include and of its own folder.
func (f Fixture) sources(t testing.TB) []string {
	t.Helper()
	testdata := filepath.Join(Root(t), "testdata")
	files, err := filepath.Glob(filepath.Join(testdata, "include", "*.h"))
	if err != nil {
		t.Fatal(err)
	}
	beside, err := filepath.Glob(filepath.Join(testdata, filepath.Dir(f.Source), "*.h"))
	if err != nil {
		t.Fatal(err)
	}
	files = append(files, beside...)
	for _, source := range append([]string{f.Source}, f.Extra...) {
		files = append(files, filepath.Join(testdata, source))
	}
	return files
}

// build compiles and strips. It runs in testdata, the folder that DWARF names
// as that of the compilation.
func (f Fixture) build(t testing.TB, args []string, out string) {
	t.Helper()
	cmd := exec.Command(NeedTool(t, f.compiler()), append(args, "-o", out)...)
	cmd.Dir = filepath.Join(Root(t), "testdata")
	run(t, cmd)
	switch f.Strip {
	case StripNothing:
	case StripDebug:
		run(t, exec.Command(NeedTool(t, f.tool("strip")), "-g", out))
	case StripAll:
		run(t, exec.Command(NeedTool(t, f.tool("strip")), "-s", out))
	case StripSections:
		run(t, exec.Command(NeedTool(t, f.tool("strip")), "-s", out))
		if err := dropSectionHeaders(out); err != nil {
			t.Fatal(err)
		}
	case StripToFile:
		objcopy := NeedTool(t, f.tool("objcopy"))
		run(t, exec.Command(objcopy, "--only-keep-debug", out, out+".debug"))
		run(t, exec.Command(NeedTool(t, f.tool("strip")), "-s", out))
		run(t, exec.Command(objcopy, "--add-gnu-debuglink="+out+".debug", out))
	default:
		t.Fatalf("no strip %q", f.Strip)
	}
}

func run(t testing.TB, cmd *exec.Cmd) {
	t.Helper()
	if out, err := cmd.CombinedOutput(); err != nil {
		t.Fatalf("%s: %v\n%s", strings.Join(cmd.Args, " "), err, out)
	}
}

// publish fills a new folder and renames it in one step, so that a reader finds
// all of it or nothing. If another process was first, publish drops its own.
func publish(t testing.TB, dir string, fill func(tmp string)) {
	t.Helper()
	parent := filepath.Dir(dir)
	if err := os.MkdirAll(parent, 0o755); err != nil {
		t.Fatal(err)
	}
	tmp, err := os.MkdirTemp(parent, "tmp-")
	if err != nil {
		t.Fatal(err)
	}
	defer os.RemoveAll(tmp)
	fill(tmp)
	if err := os.Chmod(tmp, 0o755); err != nil {
		t.Fatal(err)
	}
	if err := os.Rename(tmp, dir); err != nil && !errors.Is(err, fs.ErrExist) {
		t.Fatal(err)
	}
}
