package registration

import (
	"fmt"
	"slices"

	"rseqstep/stepper/drive"
	"rseqstep/stepper/status"
	"rseqstep/table"
)

// Confined reports whether the debugger must not use a quiet phase for a thread at the section p,
// and adds a note for the user in that case. A quiet phase needs rseq(2), for which a filter of
// the program's own may kill it. Such sections run natively, even if the user asked to see
// inside.
func (r *Reader) Confined(th *drive.Thread, p *table.Placed) bool {
	if !r.Filtered(th) {
		return false
	}
	text := fmt.Sprintf("%s runs at full speed and is not stepped inside: a seccomp filter of the program may kill it for the rseq(2) call that stepping there needs", r.sections.Name(p))
	if !slices.Contains(r.drive.Notes, text) {
		r.drive.Notes = append(r.drive.Notes, text)
	}
	return true
}

// Filtered reports whether a thread has a seccomp filter that the debugger itself does not have:
// one of its own, which may allow what the vDSO does and kill for the system call. A container's
// filter applies to both, and OwnFilters are the debugger's.
func (r *Reader) Filtered(th *drive.Thread) bool {
	s := status.Of(th.TID)
	return s.Seccomp != 0 && s.Filtered(status.Own(), r.OwnFilters)
}
