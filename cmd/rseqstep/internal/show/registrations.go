package show

import (
	"fmt"
	"io"

	"rseqstep/stepper"
	"rseqstep/table"
)

// Registrations is what `info rseq` and `monitor rseq` say about the threads.
type Registrations struct {
	Threads  []stepper.ThreadInfo
	Selected int // thread id
	Name     func(*table.Placed) string
	Inside   func(stepper.ThreadInfo) string // what else is known of where a thread stands; nil: nothing
	Command  string                          // that lists all threads
}

// many is how many threads are listed without being asked for.
const many = 16

// Write writes how many threads have registered an area, and a row for each: all, or the selected
// one, those that have armed a section, and as many others as there is room for.
func (r *Registrations) Write(w io.Writer, all bool, width int) {
	t := Table{Columns: []Column{{Head: "  Thread"}, {Head: "Area", Spare: 5}, {Head: "Size", Right: true, Spare: 2}, {Head: "Mode", Spare: 3}, {Head: "Signature", Spare: 1}, {Head: "CPU", Right: true, Spare: 6},
		{Head: "Slice", Spare: 4}, {Head: "Armed"}}}
	others := len(r.Threads)
	for n := range r.Threads {
		if r.notable(&r.Threads[n]) {
			others--
		}
	}
	room := many - (len(r.Threads) - others)
	registered, live := 0, 0
	for n := range r.Threads {
		i := &r.Threads[n]
		if i.Rseq.Config.Registered() {
			registered++
		}
		if i.Rseq.Live {
			live++
		}
		if !all && !r.notable(i) {
			if room--; room < 0 {
				continue
			}
		}
		t.Rows = append(t.Rows, r.row(i))
	}
	if len(r.Threads) > many {
		Wrap(w, fmt.Sprintf("%d threads: %d with a registered area, %d inside a section.", len(r.Threads), registered, live), width)
	}
	t.Write(w, width)
	if left := len(r.Threads) - len(t.Rows); left > 0 {
		Wrap(w, fmt.Sprintf("%q lists the other %s, too.", r.Command, plural(left, "thread", "threads")), width)
	}
}

// notable reports whether a thread is always listed.
func (r *Registrations) notable(t *stepper.ThreadInfo) bool {
	return t.TID == r.Selected || t.Rseq.Armed != 0 || t.Rseq.Live
}

func (r *Registrations) row(t *stepper.ThreadInfo) []string {
	mark := " "
	if t.TID == r.Selected {
		mark = "*"
	}
	row := make([]string, 8)
	row[0] = fmt.Sprintf("%s %d (%d)", mark, t.Number, t.TID)
	c := t.Rseq.Config
	if c.Registered() {
		copy(row[1:], []string{c.Area.String(), fmt.Sprint(c.Size), t.Mode.String(), fmt.Sprintf("%#x", c.Signature), fmt.Sprint(t.Rseq.CPU), t.Rseq.Slice.String(), r.armed(&t.Rseq)})
	} else {
		row[1] = "not registered"
		if t.Rseq.Unknown {
			row[1] = "not known"
		}
	}
	if r.Inside != nil {
		if more := r.Inside(*t); more != "" && row[7] != "" {
			row[7] += "; " + more
		} else {
			row[7] += more
		}
	}
	return row
}

// armed describes the content of a thread's rseq_cs field.
func (r *Registrations) armed(t *stepper.ThreadRseq) string {
	switch {
	case t.Armed == 0:
		return "no"
	case t.Section == nil:
		return fmt.Sprintf("descriptor %v (not known)", t.Armed)
	case t.Live:
		return r.Name(t.Section) + ", live"
	}
	return r.Name(t.Section) + ", not inside"
}
