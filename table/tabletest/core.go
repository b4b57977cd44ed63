package tabletest

import (
	"os"
	"os/exec"
	"path/filepath"
	"testing"
)

// KernelCore runs a program that is killed by a signal and returns the core file that the
// kernel writes of it. Precondition: NeedKernelCores.
func KernelCore(t testing.TB, program string, args ...string) string {
	t.Helper()
	path, said := kernelCore(t.TempDir(), program, args...)
	if path == "" {
		t.Fatalf("%s left no core file: %s", program, said)
	}
	return path
}

// kernelCore runs a program in an empty folder, with the core file limit raised to the hard limit.
// path is the core file, "" for none; said is the program's output.
func kernelCore(dir, program string, args ...string) (path, said string) {
	cmd := exec.Command("sh", append([]string{"-c", `ulimit -c unlimited 2>/dev/null || ulimit -c "$(ulimit -Hc)"; exec "$@"`, "sh", program}, args...)...)
	cmd.Dir = dir
	out, _ := cmd.CombinedOutput() // it must die
	if left, err := os.ReadDir(dir); err == nil && len(left) > 0 {
		path = filepath.Join(dir, left[0].Name())
	}
	return path, string(out)
}
