package show

import (
	"fmt"
	"io"
	"strings"

	"rseqstep/stepper"
)

// Stop is a stop with all that is needed to show it.
type Stop struct {
	stepper.Stop
	PID     int
	Threads int // how many the program has; with more than one they are named
	Number  int // of the stopped thread
	Name    string
	Changed bool // the stopped thread is not the one selected before

	GoneNumber int // of the thread in Gone; 0 unknown

	Frame  *Frame // nil when the program is gone
	Whole  bool   // show the frame's line, not only the source line
	Source string // text of the source line; "" when there is none
	Silent bool   // a breakpoint's commands begin with "silent"

	Hits    []Hit
	Program string // the program's file, for StopExec
	Value   string // `finish`: the value returned, "$1 = 5"
	Watched []Watched
	Naming  Naming
}

// Hit is a breakpoint that was met.
type Hit struct {
	Number    int
	Temporary bool
}

// Watched is a watchpoint's trigger.
type Watched struct {
	Number   int
	Kind     stepper.BreakpointKind
	Expr     string
	Old, New string // "" when not known
}

// Write writes the stop as gdb does, and the reports and notes below it.
func (s *Stop) Write(w io.Writer, st Style) {
	if s.Silent {
		return
	}
	if s.Reason == stepper.StopThreadExited {
		fmt.Fprintln(w, s.gone())
	}
	if s.Changed && s.Frame != nil {
		fmt.Fprintf(w, "[Switching to Thread %d]\n", s.TID)
	}
	prefix := s.heading(w)
	if s.Frame != nil && s.Reason != stepper.StopCallReturned { // gdb: "silently stop"
		s.frame(w, st, prefix)
	}
	if s.Dropped > 0 {
		fmt.Fprintln(w, st.Note(fmt.Sprintf("rseq: %s not shown; \"info rseq\" has the counts", plural(s.Dropped, "earlier report is", "earlier reports are"))))
	}
	for _, line := range Units(s.Units, s.Naming, st) {
		fmt.Fprintln(w, line)
	}
	for _, n := range s.Notes {
		fmt.Fprintln(w, st.Note("note: "+n))
	}
	if s.Value != "" {
		fmt.Fprintf(w, "Value returned is %s\n", s.Value)
	}
}

// gone says that the stepped thread has exited.
func (s *Stop) gone() string {
	switch {
	case s.Gone == 0:
		return "[The thread that was being stepped has exited]"
	case s.GoneNumber == 0:
		return fmt.Sprintf("[Thread %d exited]", s.Gone)
	}
	return fmt.Sprintf("[Thread %d (%d) exited]", s.GoneNumber, s.Gone)
}

// heading writes the lines above the frame, and returns what stands on the
// frame's own line before it.
func (s *Stop) heading(w io.Writer) (prefix string) {
	who, who2 := "Program", ""
	if s.Threads > 1 {
		who = fmt.Sprintf("Thread %d %q", s.Number, s.Name)
		who2 = who + " hit "
	}
	if len(s.Hits) > 0 && s.Reason != stepper.StopBreakpoint && s.Reason != stepper.StopWatchpoint {
		return s.caught(w, who2)
	}
	switch s.Reason {
	case stepper.StopBreakpoint:
		if len(s.Hits) == 0 {
			return ""
		}
		kind := "Breakpoint"
		if s.Hits[0].Temporary {
			kind = "Temporary breakpoint"
		}
		fmt.Fprintln(w)
		return fmt.Sprintf("%s%s %d, ", who2, kind, s.Hits[0].Number)
	case stepper.StopWatchpoint:
		for _, c := range s.Watched {
			c.write(w, who2)
		}
	case stepper.StopSignal:
		fmt.Fprintf(w, "\n%s received signal %s, %s.\n", who, SignalName(s.Signal), SignalText(s.Signal))
	case stepper.StopInterrupt:
		fmt.Fprintf(w, "\n%s received signal SIGINT, Interrupt.\n", who)
	case stepper.StopExited:
		if s.Status.Code == 0 {
			fmt.Fprintf(w, "[Inferior 1 (process %d) exited normally]\n", s.PID)
		} else {
			fmt.Fprintf(w, "[Inferior 1 (process %d) exited with code %02o]\n", s.PID, s.Status.Code)
		}
	case stepper.StopKilled:
		fmt.Fprintf(w, "\nProgram terminated with signal %s, %s.\nThe program no longer exists.\n", SignalName(s.Status.Signal), SignalText(s.Status.Signal))
	case stepper.StopExec:
		fmt.Fprintf(w, "process %d is executing a new program\n", s.PID)
	case stepper.StopLoaded:
		fmt.Fprintln(w, "Program stopped.")
	}
	return ""
}

func (s *Stop) frame(w io.Writer, st Style, prefix string) {
	f := s.Frame
	if s.Whole || prefix != "" || f.Line.Line == 0 {
		fmt.Fprintln(w, prefix+f.Text(st))
	}
	if f.Line.Line == 0 {
		return
	}
	line := SourceLine(f.Line.Line, s.Source)
	if s.Source == "" {
		line = fmt.Sprintf("%d\tin %s", f.Line.Line, Path(f.Line.File))
	}
	if f.MidLine && !(s.Whole || prefix != "") {
		line = st.Addr(Address(f.PC)) + "\t" + line
	}
	fmt.Fprintln(w, line)
}

func (c Watched) write(w io.Writer, who string) {
	kind := map[stepper.BreakpointKind]string{
		stepper.WatchWrite:  "Hardware watchpoint",
		stepper.WatchRead:   "Hardware read watchpoint",
		stepper.WatchAccess: "Hardware access (read/write) watchpoint",
	}[c.Kind]
	fmt.Fprintf(w, "\n%s%s %d: %s\n\n", who, kind, c.Number, c.Expr)
	switch {
	case c.Old == c.New || c.Old == "":
		fmt.Fprintf(w, "Value = %s\n", c.New)
	default:
		fmt.Fprintf(w, "Old value = %s\nNew value = %s\n", strings.TrimSpace(c.Old), strings.TrimSpace(c.New))
	}
}
