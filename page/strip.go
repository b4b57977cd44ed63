package page

// Mark is one instruction in a section's strip.
type Mark struct {
	X     int
	State string // class of its State
	Heat  int
	Found string // level of the worst finding at it; "" for none
}

// strip is the section's instructions in one line, for the table.
func (s *Section) strip(hot func(*Row) int) (marks []Mark) {
	for n := range s.Listing {
		if r := &s.Listing[n]; r.Inside && r.Kind == RowCode {
			marks = append(marks, Mark{X: len(marks), State: r.State.class(), Heat: hot(r), Found: worstOf(r.Findings)})
		}
	}
	return marks
}
