package tabletest

import (
	"os"
	"os/exec"
	"runtime"
	"strings"
	"syscall"
	"testing"
)

// The values of RSEQSTEP_REQUIRE that turn a skip into a failure. Under
// requireAll tests also do everything, see Thorough; CI sets it.
// scripts/kernels sets the other.
const requireAll, requireTools = "all", "tools"

// NeedTool returns the path of a program, or skips the test if PATH has none of
// that name.
func NeedTool(t testing.TB, name string) string {
	t.Helper()
	path, err := exec.LookPath(name)
	if err != nil {
		skip(t, "needs the program "+name)
	}
	return path
}

// NeedPrinters skips the test if gdb, whose "info pretty-printer" listed is, has not loaded the
// printers of GCC's C++ library for the program.
func NeedPrinters(t testing.TB, listed string) {
	t.Helper()
	if !strings.Contains(listed, "libstdc++") {
		skip(t, "needs the C++ library's printers for gdb")
	}
}

// NeedWorkerd returns the path of the pinned workerd for this processor, or skips the test if
// scripts/setup has not fetched it.
func NeedWorkerd(t testing.TB) string {
	if runtime.GOARCH == "arm64" {
		return NeedWorkerdARM64(t)
	}
	return needWorkerd(t, "workerd")
}

// NeedWorkerdARM64 is NeedWorkerd for arm64: to be read only, on any other processor.
func NeedWorkerdARM64(t testing.TB) string { return needWorkerd(t, "workerd-arm64") }

func needWorkerd(t testing.TB, folder string) string {
	t.Helper()
	path := cachePath(t, folder, pinned(t, "WORKERD_VERSION"), "workerd")
	if _, err := os.Stat(path); err != nil {
		skip(t, "needs "+folder)
	}
	return path
}

// NeedWorkerdRuns is NeedWorkerd for tests that run it with tcmalloc's own area
// (GLIBC_TUNABLES=glibc.pthread.rseq=0). It skips, whatever RSEQSTEP_REQUIRE says, if
// workerd dies of that without any debugger: a kernel in rseq's debug mode (rseq_debug=1)
// kills a program that writes into its area, as tcmalloc does.
func NeedWorkerdRuns(t testing.TB) string {
	t.Helper()
	path := NeedWorkerd(t)
	cmd := exec.Command(path, "--version")
	cmd.Env = append(os.Environ(), "GLIBC_TUNABLES=glibc.pthread.rseq=0")
	if err := cmd.Run(); cmd.ProcessState != nil && cmd.ProcessState.Sys().(syscall.WaitStatus).Signal() == syscall.SIGSEGV {
		t.Skipf("workerd dies here without a debugger, as in rseq's debug mode: %v", err)
	}
	return path
}

// NeedCPUs skips the test on a machine where this process may run on fewer
// than n CPUs.
func NeedCPUs(t testing.TB, n int) {
	t.Helper()
	if runtime.NumCPU() < n {
		skip(t, "needs more CPUs")
	}
}

// NeedRoot skips the test if it cannot become another user.
func NeedRoot(t testing.TB) {
	t.Helper()
	if os.Geteuid() != 0 {
		skip(t, "needs root, to become another user")
	}
}

// NeedKernelCores skips the test, whatever RSEQSTEP_REQUIRE says, if the kernel writes no
// core file into the working directory of a program that a signal kills: the place of
// core files is the machine's own setting (kernel.core_pattern, core(5)).
func NeedKernelCores(t testing.TB) {
	t.Helper()
	if path, said := kernelCore(t.TempDir(), NeedTool(t, "sh"), "-c", "kill -SEGV $$"); path == "" {
		t.Skipf("a program that dies of SIGSEGV leaves no core file in its working directory here (kernel.core_pattern, RLIMIT_CORE): %s", said)
	}
}

// OnlyOn skips a test that is about one architecture (as in GOARCH) on a machine of another, whatever
// RSEQSTEP_REQUIRE says. what is what only that one has.
func OnlyOn(t testing.TB, arch, what string) {
	t.Helper()
	if runtime.GOARCH != arch {
		t.Skipf("only %s has %s", arch, what)
	}
}

// skip ends the test: skipped, or failed if nothing may be missing. It is the
// only place where a test of this module is skipped.
func skip(t testing.TB, reason string) {
	t.Helper()
	if require := os.Getenv("RSEQSTEP_REQUIRE"); require == requireAll || require == requireTools {
		t.Fatalf("%s, and RSEQSTEP_REQUIRE=%s (scripts/setup installs what is missing)", reason, require)
	}
	t.Skipf("%s (scripts/setup installs what is missing)", reason)
}
