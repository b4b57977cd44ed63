package session

import (
	"os"
	"time"

	"rseqstep/cmd/rseqstep/internal/show"
	"rseqstep/stepper"
)

// Settings are what `set` changes and `show` shows.
type Settings struct {
	Confirm          bool
	Pagination       bool // whether long output goes through $PAGER
	Width            int  // columns; 0 for no limit, TerminalWidth for the terminal's
	Height           int  // lines; 0: the terminal's
	ListSize         int  // lines of `list`
	Pending          Pending
	ASLR             bool // keep address space layout randomization
	Inside           bool
	UnwindOnSignal   bool // a signal in a called function returns the thread to where it was
	StuckLimit       int
	Stuck            string // "report", "inject", "off"
	StuckTime        int    // seconds; 0: never
	FollowFork       string // "parent", "child"
	Language         string
	SchedulerLocking string // "off", "step", "on": which commands run only the selected thread
	NextLine         string // "off", "on", "auto": whether a stop shows the machine code of its line
	SkipSystem       bool   // step does not enter functions of system headers and of Rust's library
}

// TerminalWidth is a Width that follows the terminal.
const TerminalWidth = -1

// Columns is how wide tables may be, 0 for no limit: as Width says, and of what is no terminal no
// limit.
func (s *Session) Columns() int {
	if s.Settings.Width != TerminalWidth {
		return s.Settings.Width
	}
	f, _ := s.Out.(*os.File)
	return show.Columns(f)
}

// Pending says what to do with a breakpoint location that is not found.
type Pending string

const (
	PendingAuto Pending = "auto" // ask; refuse if there is nobody to ask
	PendingOn   Pending = "on"
	PendingOff  Pending = "off"
)

// DefaultSettings are gdb's defaults where gdb has the setting.
func DefaultSettings() Settings {
	return Settings{Confirm: true, Pagination: true, ListSize: 10, Width: TerminalWidth, Pending: PendingAuto, StuckLimit: 3, Stuck: "report", StuckTime: int(stepper.DefaultStuckTime / time.Second), FollowFork: "parent", Language: "auto", SkipSystem: true, SchedulerLocking: "off", NextLine: "off"}
}
