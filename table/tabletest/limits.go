package tabletest

import (
	"runtime"
	"testing"
	"time"
)

// LimitBytes is how much memory a hostile file may make its reader allocate
// in all, whether it keeps it or not.
const LimitBytes = 200 << 20

// Within runs f and fails the test when it allocates more than LimitBytes. How
// long it took goes to the log: machines differ.
func Within(t testing.TB, f func()) {
	t.Helper()
	var before, after runtime.MemStats
	runtime.GC()
	runtime.ReadMemStats(&before)
	start := time.Now()
	f()
	took := time.Since(start)
	runtime.ReadMemStats(&after)
	spent := after.TotalAlloc - before.TotalAlloc
	t.Logf("%d kB allocated in %v", spent>>10, took.Round(time.Millisecond))
	if spent > LimitBytes {
		t.Errorf("%d MB allocated, more than %d", spent>>20, LimitBytes>>20)
	}
}
