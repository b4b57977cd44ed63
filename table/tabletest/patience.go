package tabletest

import (
	"fmt"
	"os"
	"strconv"
	"time"
)

// Patience is how long a test waits before it takes a hang for granted: d, or
// RSEQSTEP_SLOW times as long on a machine that is so much slower, such as an
// emulated one. Every deadline of a test goes through here.
func Patience(d time.Duration) time.Duration {
	text := os.Getenv("RSEQSTEP_SLOW")
	if text == "" {
		return d
	}
	times, err := strconv.Atoi(text)
	if err != nil || times < 1 {
		panic(fmt.Sprintf("RSEQSTEP_SLOW=%q is no factor of 1 or more", text))
	}
	return time.Duration(times) * d
}
