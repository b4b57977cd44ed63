package rseq

import "rseqstep/table"

// UnitReport says how the units of one section (or vDSO function) ended during a command:
// Passes of them in a row with the same result.
type UnitReport struct {
	TID     int
	Section string // symbol+offset of the section, or the vDSO function's name
	Start   table.Addr
	End     table.Addr // 0 for a vDSO function
	Result  Result
	Exit    table.Addr // the PC after the unit
	CPU     int        // the CPU it ran on, from the area's cpu_id at the end; -1 unknown
	Passes  int        // how many passes in a row had this result
	Rung    Rung       // the rung that produced it
	Vector  []string   // RungOpv: the operations, in words
}

// MaxUnits bounds the units that one command reports (stepi 1000000 passes many).
const MaxUnits = 64

// Report collects the units of one command, and counts the passes of the sections over all
// commands. The zero value is empty.
type Report struct {
	Units   []UnitReport // the last ones
	Dropped int          // units before them, which did not fit

	counts map[table.Addr]*Counts
}

// Begin begins a command: it removes the units of the command before. The counts stay.
func (r *Report) Begin() { r.Units, r.Dropped = nil, 0 }

// Add adds a unit, and merges equal passes in a row. It also counts the pass of a section.
func (r *Report) Add(u UnitReport) {
	if u.End != 0 {
		r.Count(u.Start, u.Result)
	}
	if n := len(r.Units); n > 0 {
		last := &r.Units[n-1]
		if last.TID == u.TID && last.Start == u.Start && last.Result == u.Result && last.Exit == u.Exit && last.CPU == u.CPU && last.Rung == u.Rung {
			last.Passes++
			return
		}
	}
	u.Passes = 1
	if len(r.Units) >= MaxUnits {
		r.Units = r.Units[1:]
		r.Dropped++
	}
	r.Units = append(r.Units, u)
}

// Count counts a pass of the section at start.
func (r *Report) Count(start table.Addr, result Result) {
	if r.counts == nil {
		r.counts = map[table.Addr]*Counts{}
	}
	c := r.counts[start]
	if c == nil {
		c = &Counts{}
		r.counts[start] = c
	}
	c.Count(result)
}

// Counts returns a copy of the counts, by the section's start.
func (r *Report) Counts() map[table.Addr]Counts {
	out := make(map[table.Addr]Counts, len(r.counts))
	for a, c := range r.counts {
		out[a] = *c
	}
	return out
}

// Forget removes the counts, when the process executes another program.
func (r *Report) Forget() { r.counts = nil }
