package signals

import (
	"fmt"
	"time"
)

// Flood counts the signals that a program receives.
//
// ptrace(2) has no way to pass a signal without a stop. A program whose timer expires about as
// often as its handler takes together with that stop executes nothing else: when the handler
// returns, the next signal is pending. Seen with 100 us and a handler of 60 us (Linux 6.18).
type Flood struct {
	all int
	by  map[int]int
}

// Count counts a signal.
func (f *Flood) Count(sig int) {
	if f.by == nil {
		f.by = map[int]int{}
	}
	f.all++
	f.by[sig]++
}

// many is how many signals a second can keep a program from everything else.
const many = 1000

// Words says that a program which has not come to its end in that time received so many signals that
// it may execute nothing else; "" if it did not.
func (f *Flood) Words(took time.Duration) string {
	if took <= 0 || float64(f.all)/took.Seconds() < many {
		return ""
	}
	most := 0
	for sig, n := range f.by {
		if n > f.by[most] || n == f.by[most] && sig < most {
			most = sig
		}
	}
	return fmt.Sprintf("The program received %.0f signals a second, most of them %s. Each one stops it for the debugger, so that it may make no progress: are its timers as fast as that?",
		float64(f.all)/took.Seconds(), Name(most))
}
