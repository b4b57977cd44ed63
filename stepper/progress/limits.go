package progress

import (
	"fmt"
	"time"

	"rseqstep/table"
)

// Limits is what the user may set.
type Limits struct {
	StuckLimit int           // passes without a commit before the ladder's next rung (DESIGN 4.4)
	Stuck      When          // what Continue does about a loop that makes no progress
	StuckTime  time.Duration // how long it must have made none; 0: Continue does not look
}

// DefaultStuckTime is how long a thread must have looped by default.
const DefaultStuckTime = 10 * time.Second

// DefaultLimits is what a debugger starts with.
func DefaultLimits() Limits { return Limits{StuckLimit: 3, StuckTime: DefaultStuckTime} }

// When says what Continue does about a thread that loops around a section and never commits.
type When int

const (
	Reports When = iota // report it, once for each thread and section
	Injects             // also do the section's work by a cpu_opv vector
	Ignored             // do not look for such threads
)

// Report is a thread that a Continue has found looping without a commit.
type Report struct {
	TID, Number int // the thread, and its number in `info threads`
	Section     string
	Start       table.Addr
	For         time.Duration // how long at least no commit was seen: the stuck-time
	Passes      int           // passes counted in a row, all of which ended in the abort handler
}

// String is the report as a sentence without its final period.
func (r Report) String() string {
	return fmt.Sprintf("thread %d (%d) repeats the critical section %s without a commit: none in %v, and the kernel or the section itself aborted all of the %d passes counted",
		r.Number, r.TID, r.Section, r.For, r.Passes)
}
