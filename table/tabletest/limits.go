package tabletest

import (
	"runtime"
	"testing"
	"time"
)

// LimitBytes is how much memory a hostile file may make its reader allocate in
// all, even if it frees it again.
const LimitBytes = 200 << 20

// Within runs f and fails the test if it allocates more than LimitBytes. It
// only logs the time, because machines differ.
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
