package signals

import (
	"strings"
	"testing"
	"time"
)

func TestAFloodOfSignalsIsSaid(t *testing.T) {
	var f Flood
	if f.Words(time.Second) != "" {
		t.Error("without a signal")
	}
	for range 2000 {
		f.Count(14)
	}
	f.Count(10)
	if w := f.Words(time.Second); !strings.Contains(w, "2001 signals a second, most of them SIGALRM") {
		t.Error(w)
	}
	for _, took := range []time.Duration{0, 10 * time.Second} {
		if w := f.Words(took); w != "" {
			t.Errorf("in %v: %s", took, w)
		}
	}
}
