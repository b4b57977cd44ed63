//go:build linux && (amd64 || arm64)

package ptrace

import (
	"fmt"
	"os"
	"strings"
)

// ThreadName is the thread's name: /proc/TID/task/TID/comm. See proc_pid_comm(5).
func (p *Process) ThreadName(tid int) string {
	b, err := readSmall(fmt.Sprintf("/proc/%d/task/%d/comm", tid, tid))
	if err != nil {
		return ""
	}
	return strings.TrimSpace(string(b))
}

// Auxv is the process's auxiliary vector. See proc_pid_auxv(5). It is read through a live
// thread: a leader that has ended before its threads has none.
func (p *Process) Auxv() ([]byte, error) {
	tid := p.pid
	if threads := p.Threads(); len(threads) > 0 {
		tid = threads[0]
	}
	return os.ReadFile(fmt.Sprintf("/proc/%d/auxv", tid))
}
