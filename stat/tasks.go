package stat

import (
	"errors"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"syscall"

	"rseqstep/stat/perf"
)

// maxAttach is how often counting is begun anew because threads were made or have ended meanwhile.
const maxAttach = 5

// inProgram counts in a process that has yet to execute its program.
func inProgram(pid int) counting {
	return func(e perf.Event) ([]*perf.Counter, error) {
		c, err := perf.Count(e, pid, true)
		return []*perf.Counter{c}, err
	}
}

// inProcesses counts in every thread of processes that run. A thread that is made meanwhile counts by
// itself if its maker already did, and otherwise not: it is begun anew until no thread was.
func inProcesses(pids func() []int) counting {
	return func(e perf.Event) (list []*perf.Counter, err error) {
		for n := 0; ; n++ {
			before := tasks(pids())
			list, err = each(e, before)
			if err != nil || n == maxAttach || slices.Equal(before, tasks(pids())) {
				return list, err
			}
			for _, c := range list {
				_ = c.Close() // it has counted for nothing
			}
		}
	}
}

// each counts in some threads; those that have ended count nothing.
func each(e perf.Event, tids []int) (list []*perf.Counter, err error) {
	for _, tid := range tids {
		c, err := perf.Count(e, tid, false)
		if errors.Is(err, syscall.ESRCH) {
			continue
		} else if err != nil {
			return list, err
		}
		list = append(list, c)
	}
	return list, nil
}

// tasks lists the threads of some processes, in the order of their numbers.
func tasks(pids []int) (tids []int) {
	for _, pid := range pids {
		entries, _ := os.ReadDir(filepath.Join("/proc", strconv.Itoa(pid), "task")) // none if it has ended
		for _, e := range entries {
			if tid, err := strconv.Atoi(e.Name()); err == nil {
				tids = append(tids, tid)
			}
		}
	}
	slices.Sort(tids)
	return tids
}
