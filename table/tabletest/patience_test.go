package tabletest

import (
	"testing"
	"time"
)

func TestPatienceIsMultiplied(t *testing.T) {
	for slow, want := range map[string]time.Duration{"": time.Minute, "1": time.Minute, "20": 20 * time.Minute} {
		t.Setenv("RSEQSTEP_SLOW", slow)
		if got := Patience(time.Minute); got != want {
			t.Errorf("RSEQSTEP_SLOW=%s: %v, not %v", slow, got, want)
		}
	}
	for _, bad := range []string{"0", "-1", "x"} {
		t.Setenv("RSEQSTEP_SLOW", bad)
		func() {
			defer func() {
				if recover() == nil {
					t.Errorf("RSEQSTEP_SLOW=%s counts", bad)
				}
			}()
			Patience(time.Minute)
		}()
	}
}
