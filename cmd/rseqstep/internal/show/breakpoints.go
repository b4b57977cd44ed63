package show

import (
	"fmt"
	"io"

	"rseqstep/stepper"
)

// BreakpointRow is one breakpoint as `info breakpoints` shows it.
type BreakpointRow struct {
	Number                            int
	Kind                              stepper.BreakpointKind
	Temporary, Once, Enabled, Pending bool
	Location, Condition               string
	What                              string // of a catchpoint
	Print                             string // the arguments of dprintf
	Event                             bool   // a catchpoint on a function of a run-time library
	Places                            []stepper.Place
	Thread, Hits, Ignore              int
	Count                             int // hits until it is disabled, if Once
	Commands                          []string
}

func (b *BreakpointRow) catches() bool { return b.Kind.Catches() || b.Event }

func (b *BreakpointRow) kind() string {
	if b.catches() {
		return "catchpoint"
	}
	if b.Print != "" {
		return "dprintf"
	}
	switch b.Kind {
	case stepper.BreakHardware:
		return "hw breakpoint"
	case stepper.WatchWrite:
		return "hw watchpoint"
	case stepper.WatchRead:
		return "read watchpoint"
	case stepper.WatchAccess:
		return "acc watchpoint"
	}
	return "breakpoint"
}

func (b *BreakpointRow) disposition() string {
	switch {
	case b.Temporary:
		return "del"
	case b.Once:
		return "dis"
	}
	return "keep"
}

// Breakpoints writes the table of `info breakpoints` in gdb's layout.
func Breakpoints(w io.Writer, rows []BreakpointRow, st Style) {
	wide := len("hw breakpoint ")
	for _, b := range rows {
		wide = max(wide, len(b.kind()))
	}
	fmt.Fprintf(w, "%-7s %-*s %-4s %-3s %-18s %s\n", "Num", wide, "Type", "Disp", "Enb", "Address", "What")
	for _, b := range rows {
		enabled := "n"
		if b.Enabled {
			enabled = "y"
		}
		head := fmt.Sprintf("%-7d %-*s %-4s %-3s", b.Number, wide, b.kind(), b.disposition(), enabled)
		switch {
		case b.catches():
			fmt.Fprintf(w, "%s %-18s %s\n", head, "", b.What)
		case b.Kind.Watches():
			fmt.Fprintf(w, "%s %-18s %s\n", head, "", b.Location)
		case len(b.Places) == 0:
			fmt.Fprintf(w, "%s %-18s %s\n", head, "<PENDING>", b.Location)
		case len(b.Places) == 1:
			fmt.Fprintf(w, "%s %s %s\n", head, st.Addr(Address(b.Places[0].Addr)), what(b.Places[0], st))
		default:
			fmt.Fprintf(w, "%s %-18s \n", head, "<MULTIPLE>")
		}
		if len(b.Places) == 1 && !b.Event {
			trap(w, b.Places[0], st)
		}
		if b.Condition != "" {
			fmt.Fprintf(w, "\tstop only if %s\n", b.Condition)
		}
		if b.Thread != 0 {
			fmt.Fprintf(w, "\tstop only in thread %d\n", b.Thread)
		}
		if b.Hits > 0 {
			noun := "breakpoint"
			if b.catches() {
				noun = "catchpoint"
			}
			fmt.Fprintf(w, "\t%s already hit %s\n", noun, plural(b.Hits, "time", "times"))
		}
		if b.Ignore > 0 {
			fmt.Fprintf(w, "\tignore next %d hits\n", b.Ignore)
		}
		if b.Count > 1 {
			fmt.Fprintf(w, "\tdisable after %s %d hits\n", map[bool]string{false: "next", true: "additional"}[b.Ignore > 0], b.Count)
		}
		if b.Print != "" {
			fmt.Fprintf(w, "        printf %s\n", b.Print)
		}
		for _, c := range b.Commands {
			fmt.Fprintf(w, "        %s\n", c)
		}
		if len(b.Places) > 1 && !b.Event {
			for i, p := range b.Places {
				here := "y"
				if p.Off {
					here = "n"
				} else if !b.Enabled {
					here = "y-"
				}
				fmt.Fprintf(w, "%-7s %-*s %-4s %-3s %s %s\n", fmt.Sprintf("%d.%d", b.Number, i+1), wide, "", "", here, st.Addr(Address(p.Addr)), what(p, st))
				trap(w, p, st)
			}
		}
	}
}

// trap shows where the trap is for a place inside a section or an exclusive sequence.
func trap(w io.Writer, p stepper.Place, st Style) {
	if p.Asked != 0 {
		fmt.Fprintf(w, "\tset at %s, inside an exclusive sequence: this is its load-exclusive\n", st.Addr(Address(p.Asked)))
	}
	if p.Trap != 0 {
		fmt.Fprintf(w, "\tinside a restartable sequence: the trap is at %s, the store that arms it\n", st.Addr(Address(p.Trap)))
	}
}

func what(p stepper.Place, st Style) string {
	switch {
	case p.Line.Line != 0:
		return fmt.Sprintf("in %s at %s:%d", st.Func(p.Function), st.File(Path(p.Line.File)), p.Line.Line)
	case p.Function != "":
		return "<" + st.Func(p.Function) + ">"
	}
	return p.Module
}
