package stepper

import "rseqstep/table"

// maxReport bounds the units that one command reports (stepi 1000000 passes many).
const maxReport = 64

// report is what the command under way reports besides its Stop's place. The counts of the
// sections cover all commands.
type report struct {
	units   []UnitReport
	dropped int // units before those kept, which did not fit
	child   int // a process that was forked and detached
	counts  map[table.Addr]*Counts
}

// begin forgets the report of the command before.
func (r *report) begin() { r.units, r.dropped, r.child = nil, 0, 0 }

// end adds the report to the Stop of its command.
func (r *report) end(stop *Stop) {
	stop.Units = r.units
	if stop.Child == 0 {
		stop.Child = r.child
	}
	if r.dropped > 0 {
		stop.Dropped = r.dropped
	}
}

// unit reports a unit, and merges equal passes in a row. For a section's unit it also counts
// the pass.
func (r *report) unit(u UnitReport) {
	if u.End != 0 {
		r.count(u.Start, u.Result)
	}
	if n := len(r.units); n > 0 {
		last := &r.units[n-1]
		if last.TID == u.TID && last.Start == u.Start && last.Result == u.Result && last.Exit == u.Exit && last.CPU == u.CPU && last.Rung == u.Rung {
			last.Passes++
			return
		}
	}
	u.Passes = 1
	if len(r.units) >= maxReport {
		r.units = r.units[1:]
		r.dropped++
	}
	r.units = append(r.units, u)
}

// count counts a pass of the section at start.
func (r *report) count(start table.Addr, result Result) {
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

// sections is a copy of the counts.
func (r *report) sections() map[table.Addr]Counts {
	out := make(map[table.Addr]Counts, len(r.counts))
	for a, c := range r.counts {
		out[a] = *c
	}
	return out
}
