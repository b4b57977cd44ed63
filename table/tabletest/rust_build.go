package tabletest

import (
	"crypto/sha256"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
)

// BuildRust compiles testdata/rust.rs with debug information, and returns the program's path. It
// is kept for other tests, as Build's. It skips the test without rustc.
func BuildRust(t testing.TB, flags ...string) string {
	t.Helper()
	rustc := NeedTool(t, "rustc")
	version, err := exec.Command(rustc, "--version").Output()
	if err != nil {
		t.Fatal(err)
	}
	source := filepath.Join(Root(t), "testdata", "rust.rs")
	text, err := os.ReadFile(source)
	if err != nil {
		t.Fatal(err)
	}
	args := append([]string{"--edition", "2021", "-A", "warnings", "-g", source}, flags...)
	key := sha256.Sum256([]byte(fmt.Sprintf("%s %q %s", version, args, text)))
	dir := cachePath(t, "fixtures", fmt.Sprintf("%x", key[:12]))
	built := filepath.Join(dir, "rust")
	if _, err := os.Stat(built); err == nil {
		return built
	}
	publish(t, dir, func(tmp string) {
		if out, err := exec.Command(rustc, append(args, "-o", filepath.Join(tmp, "rust"))...).CombinedOutput(); err != nil {
			t.Fatalf("rustc %s: %v\n%s", strings.Join(args, " "), err, out)
		}
	})
	return built
}
