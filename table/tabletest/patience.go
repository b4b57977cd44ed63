package tabletest

import (
	"fmt"
	"os"
	"strconv"
	"time"
)

// Patience is how long a test waits before it takes a hang for granted: d, or
// Slow times as long. Every deadline of a test goes through here.
func Patience(d time.Duration) time.Duration { return time.Duration(Slow()) * d }

// Slow is how much slower than a real machine this one is: RSEQSTEP_SLOW, which
// scripts/kernels sets on emulated ones, or 1.
func Slow() int {
	text := os.Getenv("RSEQSTEP_SLOW")
	if text == "" {
		return 1
	}
	times, err := strconv.Atoi(text)
	if err != nil || times < 1 {
		panic(fmt.Sprintf("RSEQSTEP_SLOW=%q is no factor of 1 or more", text))
	}
	return times
}
