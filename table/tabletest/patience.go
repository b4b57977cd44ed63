package tabletest

import (
	"fmt"
	"os"
	"strconv"
	"time"
)

// Patience is how long a test waits before it assumes a hang: d, times Slow.
// Every deadline of a test uses it.
func Patience(d time.Duration) time.Duration { return time.Duration(Slow()) * d }

// Slow is the factor by which this machine is slower than a real one:
// RSEQSTEP_SLOW, which scripts/kernels sets on emulated machines, or 1.
func Slow() int {
	text := os.Getenv("RSEQSTEP_SLOW")
	if text == "" {
		return 1
	}
	times, err := strconv.Atoi(text)
	if err != nil || times < 1 {
		panic(fmt.Sprintf("RSEQSTEP_SLOW=%q is not a factor of 1 or more", text))
	}
	return times
}
