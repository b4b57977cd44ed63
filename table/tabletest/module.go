package tabletest

import (
	"bufio"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// Root is the module's root folder: the nearest folder above the working folder
// with a go.mod.
func Root(t testing.TB) string {
	t.Helper()
	dir, err := os.Getwd()
	if err != nil {
		t.Fatal(err)
	}
	for {
		if _, err := os.Stat(filepath.Join(dir, "go.mod")); err == nil {
			return dir
		}
		parent := filepath.Dir(dir)
		if parent == dir {
			t.Fatal("no go.mod above the working folder")
		}
		dir = parent
	}
}

// cachePath is a path in the folder .cache, which git ignores and scripts/setup
// fills.
func cachePath(t testing.TB, elem ...string) string {
	t.Helper()
	return filepath.Join(append([]string{Root(t), ".cache"}, elem...)...)
}

// pinned reads NAME=value from scripts/versions, which scripts/setup sources.
func pinned(t testing.TB, name string) string {
	t.Helper()
	f, err := os.Open(filepath.Join(Root(t), "scripts", "versions"))
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	lines := bufio.NewScanner(f)
	for lines.Scan() {
		if value, ok := strings.CutPrefix(lines.Text(), name+"="); ok {
			return value
		}
	}
	t.Fatalf("scripts/versions has no %s: %v", name, lines.Err())
	return ""
}
