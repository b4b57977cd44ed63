package tabletest

import (
	"runtime"
	"testing"
)

// OnlyOn skips a test that is about one architecture (as in GOARCH) on a machine of another, whatever
// RSEQSTEP_REQUIRE says. what is what only that one has.
func OnlyOn(t testing.TB, arch, what string) {
	t.Helper()
	if runtime.GOARCH != arch {
		t.Skipf("only %s has %s", arch, what)
	}
}
