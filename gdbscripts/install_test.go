package gdbscripts

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"sync"
	"testing"
	"time"
)

func TestInstallWritesWhatIsEmbedded(t *testing.T) {
	dir := t.TempDir()
	path, err := Install(dir, "v1")
	if err != nil {
		t.Fatal(err)
	}
	if path != filepath.Join(dir, "rseqstep.py") {
		t.Errorf("path %s", path)
	}
	n := 0
	err = fs.WalkDir(Files(), ".", func(name string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		n++
		want, err := fs.ReadFile(Files(), name)
		if err != nil {
			return err
		}
		got, err := os.ReadFile(filepath.Join(dir, name))
		if err != nil || string(got) != string(want) {
			t.Errorf("%s: %v, %d bytes of %d", name, err, len(got), len(want))
		}
		return nil
	})
	if err != nil || n < 10 {
		t.Errorf("%d files, %v", n, err)
	}
}

func TestInstallReplacesAnotherVersionInOneStep(t *testing.T) {
	dir := t.TempDir()
	if _, err := Install(dir, "v1"); err != nil {
		t.Fatal(err)
	}
	first, err := os.Readlink(filepath.Join(dir, packageName))
	if err != nil {
		t.Fatal(err)
	}
	if _, err := Install(dir, "v2"); err != nil {
		t.Fatal(err)
	}
	second, err := os.Readlink(filepath.Join(dir, packageName))
	if err != nil || first == second {
		t.Fatalf("%s, then %s, %v", first, second, err)
	}
	if _, err := os.Stat(filepath.Join(dir, first, "__init__.py")); err != nil {
		t.Errorf("a gdb that is just reading the first version loses it: %v", err)
	}
	old := time.Now().Add(-2 * grace)
	if err := os.Chtimes(filepath.Join(dir, first), old, old); err != nil {
		t.Fatal(err)
	}
	if _, err := Install(dir, "v2"); err != nil {
		t.Fatal(err)
	}
	list, err := os.ReadDir(dir)
	if err != nil || len(list) != 3 { // the entry, the link, one version
		t.Errorf("left: %v, %v", list, err)
	}
}

func TestInstallTwiceAtOnce(t *testing.T) {
	dir := t.TempDir()
	var wg sync.WaitGroup
	for range 8 {
		wg.Add(1)
		go func() {
			defer wg.Done()
			if _, err := Install(dir, "v1"); err != nil {
				t.Error(err)
			}
		}()
	}
	wg.Wait()
	list, err := os.ReadDir(dir)
	if err != nil || len(list) != 3 {
		t.Errorf("left: %v, %v", list, err)
	}
}

func TestInstallLeavesForeignFilesAlone(t *testing.T) {
	dir := t.TempDir()
	if err := os.Mkdir(filepath.Join(dir, packageName), 0o755); err != nil {
		t.Fatal(err)
	}
	if _, err := Install(dir, "v1"); !errors.Is(err, ErrForeign) {
		t.Errorf("%v", err)
	}
	if list, err := os.ReadDir(dir); err != nil || len(list) != 1 {
		t.Errorf("left: %v, %v", list, err)
	}
}
