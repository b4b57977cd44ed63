package registration

import (
	"bufio"
	"fmt"
	"os"
	"slices"
	"strconv"
	"strings"

	"rseqstep/stepper/drive"
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
	mode, filters := seccompOf(fmt.Sprintf("/proc/%d/task/%d/status", th.TID, th.TID))
	ownMode, allowed := seccompOf("/proc/thread-self/status")
	if mode == seccompFilter && filters > 0 {
		return filters > allowed+r.OwnFilters
	}
	return mode != 0 && mode != ownMode
}

// seccompFilter is SECCOMP_MODE_FILTER, include/uapi/linux/seccomp.h.
const seccompFilter = 2

// seccompOf reads two fields of proc_pid_status(5), 0 for a missing one (Seccomp_filters exists
// since Linux 5.9).
func seccompOf(path string) (mode, filters int) {
	f, err := os.Open(path)
	if err != nil {
		return 0, 0
	}
	defer f.Close()
	for in := bufio.NewScanner(f); in.Scan(); {
		key, value, _ := strings.Cut(in.Text(), ":")
		n, _ := strconv.Atoi(strings.TrimSpace(value))
		switch key {
		case "Seccomp":
			mode = n
		case "Seccomp_filters":
			filters = n
		}
	}
	return mode, filters
}
