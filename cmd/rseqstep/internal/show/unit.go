package show

import (
	"fmt"
	"strings"

	"rseqstep/stepper"
	"rseqstep/table"
)

// Naming returns the name of an address: "main+0x12"; "" if unknown.
type Naming func(table.Addr) string

// Unit describes one unit report in a sentence.
func Unit(r stepper.UnitReport, name Naming) string {
	if r.End == 0 {
		return vdsoUnit(r)
	}
	var b strings.Builder
	fmt.Fprintf(&b, "rseq: %s [%v,%v) ", r.Section, r.Start, r.End)
	switch {
	case r.Rung == stepper.RungEscape:
		b.WriteString("did not commit: ran to the function's return")
		if r.Exit != 0 {
			b.WriteString(", " + place(r.Exit, name))
		}
	case r.Result == stepper.Committed:
		b.WriteString("committed")
	case r.Result == stepper.SideExit:
		b.WriteString("left by its side exit to " + place(r.Exit, name))
	case r.Result == stepper.Aborted:
		b.WriteString("was aborted, went to its abort handler " + place(r.Exit, name))
	case r.Result == stepper.Restarts && r.Exit != 0:
		b.WriteString("was live when the thread stopped: the kernel sent it to its abort handler " + place(r.Exit, name))
	case r.Result == stepper.Restarts:
		return b.String() + "is live here: the kernel will restart it when the thread continues"
	case r.Result == stepper.Diverted:
		b.WriteString("was interrupted")
		if r.Exit != 0 { // 0: the thread has ended
			b.WriteString(" at " + place(r.Exit, name))
		}
	default:
		fmt.Fprintf(&b, "ended with result %d", r.Result)
	}
	if r.CPU >= 0 {
		fmt.Fprintf(&b, " on CPU %d", r.CPU)
	}
	if r.Rung <= stepper.RungRun {
		fmt.Fprintf(&b, " (%s)", plural(r.Passes, "pass", "passes"))
		return b.String()
	}
	switch r.Rung {
	case stepper.RungOpv:
		b.WriteString(" by cpu_opv injection")
	case stepper.RungQuiet:
		b.WriteString(" in a quiet phase")
	}
	b.WriteString(rung(r, "passes"))
	return b.String()
}

func vdsoUnit(r stepper.UnitReport) string {
	text := "vdso: " + r.Section
	switch r.Result {
	case stepper.Returned:
		text += " returned"
	case stepper.Diverted:
		text += " did not return: the thread left it"
	case stepper.Restarts:
		text += " is where the thread was stopped"
	default:
		text += fmt.Sprintf(" ended with result %d", r.Result)
	}
	if r.Rung > stepper.RungRun {
		if r.Rung == stepper.RungOpv {
			text += ", by the equivalent system call"
		}
		return text + rung(r, "calls")
	}
	if r.Passes > 1 {
		text += fmt.Sprintf(" (%d calls)", r.Passes)
	}
	return text
}

// rung names the ladder's rung, if it is not the first.
func rung(r stepper.UnitReport, times string) string {
	if r.Passes > 1 {
		return fmt.Sprintf(" (rung %d, %d %s)", r.Rung, r.Passes, times)
	}
	return fmt.Sprintf(" (rung %d)", r.Rung)
}

// Vector returns the operations of a report's cpu_opv vector, one per line, as shown
// below the report.
func Vector(r stepper.UnitReport) []string {
	var out []string
	for _, op := range r.Vector {
		out = append(out, "    "+op)
	}
	return out
}

func place(a table.Addr, name Naming) string {
	if name != nil {
		if n := name(a); n != "" {
			return "<" + n + ">"
		}
	}
	return a.String()
}

func plural(n int, one, many string) string {
	if n == 1 {
		return "1 " + one
	}
	return fmt.Sprintf("%d %s", n, many)
}

// maxUnits limits the reports of one stop; `info rseq` has the sums.
const maxUnits = 8

// Units returns the reports below a stop; it sums up those beyond maxUnits.
func Units(reports []stepper.UnitReport, name Naming, st Style) []string {
	var out []string
	for i, r := range reports {
		if i == maxUnits && len(reports) > maxUnits+1 {
			out = append(out, st.Note(rest(reports[i:])))
			break
		}
		out = append(out, st.Note(Unit(r, name)))
		for _, op := range Vector(r) {
			out = append(out, st.Note(op))
		}
	}
	return out
}

func rest(reports []stepper.UnitReport) string {
	var rseq, commits, aborts, exits, vdso int
	for _, r := range reports {
		switch {
		case r.End == 0:
			vdso += r.Passes
			continue
		case r.Result == stepper.Committed:
			commits += r.Passes
		case r.Result == stepper.Aborted:
			aborts += r.Passes
		case r.Result == stepper.SideExit:
			exits += r.Passes
		}
		rseq += r.Passes
	}
	text := "rseq: and " + plural(rseq, "more pass", "more passes") + fmt.Sprintf(" (%d committed, %d aborted, %d side exits)", commits, aborts, exits)
	if vdso > 0 {
		text += ", " + plural(vdso, "more vDSO call", "more vDSO calls")
	}
	return text
}
