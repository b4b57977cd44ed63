// Package status answers what proc_pid_status(5) says of a thread.
package status

import (
	"bufio"
	"fmt"
	"io"
	"os"
	"slices"
	"strconv"
	"strings"
)

// Status is what the debugger needs of the file. A field that the kernel does not report is zero.
type Status struct {
	Seccomp     int  // the mode, see seccomp(2)
	Filters     int  // how many seccomp filters there are (Linux 5.9)
	ShadowStack bool // Linux 6.6, Documentation/arch/x86/shstk.rst
}

// Of reads the status of a thread. It is zero if the thread is gone.
func Of(tid int) Status { return read(fmt.Sprintf("/proc/%d/task/%d/status", tid, tid)) }

// Own reads the status of the thread that calls it.
func Own() Status { return read("/proc/thread-self/status") }

func read(path string) Status {
	f, err := os.Open(path)
	if err != nil {
		return Status{}
	}
	defer f.Close()
	return Parse(f)
}

// Parse parses the file.
func Parse(r io.Reader) (s Status) {
	for in := bufio.NewScanner(r); in.Scan(); {
		key, value, _ := strings.Cut(in.Text(), ":")
		n, _ := strconv.Atoi(strings.TrimSpace(value))
		switch key {
		case "Seccomp":
			s.Seccomp = n
		case "Seccomp_filters":
			s.Filters = n
		case "x86_Thread_features":
			s.ShadowStack = slices.Contains(strings.Fields(value), "shstk")
		}
	}
	return s
}

// seccompFilter is SECCOMP_MODE_FILTER, include/uapi/linux/seccomp.h.
const seccompFilter = 2

// Filtered reports whether a traced thread has a seccomp filter that the debugger, with the status
// own, does not have: such a filter may kill for a system call that the debugger makes in the
// thread. A container's filter applies to both. ours is how many filters of the thread are the
// debugger's own work.
func (s Status) Filtered(own Status, ours int) bool {
	if s.Seccomp == seccompFilter && s.Filters > 0 {
		return s.Filters > own.Filters+ours
	}
	return s.Seccomp != 0 && s.Seccomp != own.Seccomp
}
