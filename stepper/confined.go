package stepper

import (
	"fmt"
	"slices"

	"rseqstep/stepper/status"
	"rseqstep/table"
)

// confined reports whether the Engine must not use a quiet phase for the thread, and adds a
// note in that case: a quiet phase needs rseq(2), for which a filter of the program's own may
// kill it. Sections then run natively, even if the user asked to see inside.
func (e *Engine) confined(th *thread, p *table.Placed) bool {
	if !e.filtered(th.TID) {
		return false
	}
	text := fmt.Sprintf("%s is run natively, not stepped inside: the program has a seccomp filter that may kill it for the rseq call this takes", e.sections.Name(p))
	if !slices.Contains(e.drive.Notes, text) {
		e.drive.Notes = append(e.drive.Notes, text)
	}
	return true
}

// filtered reports whether a thread has a seccomp filter that the debugger itself does not
// have: one of its own, which may allow what the vDSO does and kill for the system call. The
// filter that traps cpu_opv calls is the debugger's.
func (e *Engine) filtered(tid int) bool {
	ours := 0
	if e.provides != nil {
		ours = 1
	}
	return status.Of(tid).Filtered(status.Own(), ours)
}
