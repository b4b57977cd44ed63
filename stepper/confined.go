package stepper

import (
	"bufio"
	"fmt"
	"os"
	"slices"
	"strconv"
	"strings"

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
// have: one of its own, which may allow what the vDSO does and kill for the system call. A
// container's filter applies to both, and the filter that traps cpu_opv calls is ours.
func (e *Engine) filtered(tid int) bool {
	mode, filters := seccompOf(fmt.Sprintf("/proc/%d/task/%d/status", tid, tid))
	ownMode, allowed := seccompOf("/proc/thread-self/status")
	if mode == seccompFilter && filters > 0 {
		if e.answer != nil {
			allowed++
		}
		return filters > allowed
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
