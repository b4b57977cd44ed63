package progress

import (
	"bytes"
	"fmt"
	"os"
	"strconv"
	"time"

	"rseqstep/stepper/machine"
	"rseqstep/stepper/rseq"
	"rseqstep/stepper/tracee"
	"rseqstep/table"
)

// busy lists the threads that have used a CPU for a fiftieth of the period between two readings of
// onCPU: on an overloaded machine even an endless loop gets no more.
func busy(before, now map[int]uint64, period time.Duration) (list []int) {
	for tid, ns := range now {
		if was, ok := before[tid]; ok && ns-was >= uint64(period)/50 {
			list = append(list, tid)
		}
	}
	return list
}

// armed removes from list the threads that are known to have no section armed now. areas has the
// areas that threads had when they were last held, 0 for none.
func armed(mem machine.Memory, areas map[int]table.Addr, list []int) (left []int) {
	for _, tid := range list {
		if area, known := areas[tid]; !known || mayBeArmed(mem, area) {
			left = append(left, tid)
		}
	}
	return left
}

// mayBeArmed reports whether the area that a thread had when it was last held has a section
// armed, or may no longer be the thread's: a thread without an area may have registered one
// since, and when an area is unregistered the kernel writes -1 to its cpu_id
// (rseq_reset_rseq_cpu_node_id, kernel/rseq.c).
func mayBeArmed(mem machine.Memory, area table.Addr) bool {
	if area == 0 {
		return true
	}
	a, err := rseq.ReadArea(mem, tracee.RseqConfig{Area: area, Size: rseq.AreaSize})
	return err != nil || a.CPU < 0 || a.Armed != 0
}

// running is the memory of a process whose threads may run.
type running struct{ file *os.File }

// openMemory opens the memory of a process, without stopping it (proc_pid_mem(5)).
func openMemory(pid int) (running, error) {
	f, err := os.Open(fmt.Sprintf("/proc/%d/mem", pid))
	return running{f}, err
}

// ReadMemory is machine.Memory.ReadMemory.
func (m running) ReadMemory(a table.Addr, p []byte) (int, error) { return m.file.ReadAt(p, int64(a)) }

// onCPU is how long each thread of a process has used a CPU, ns: the first number of
// /proc/PID/task/TID/schedstat (Documentation/scheduler/sched-stats.rst).
func onCPU(pid int) map[int]uint64 {
	tasks, err := os.ReadDir(fmt.Sprintf("/proc/%d/task", pid))
	if err != nil {
		return nil
	}
	ran := map[int]uint64{}
	for _, t := range tasks {
		b, err := os.ReadFile(fmt.Sprintf("/proc/%d/task/%s/schedstat", pid, t.Name()))
		if err != nil {
			continue
		}
		first, _, _ := bytes.Cut(b, []byte(" "))
		tid, _ := strconv.Atoi(t.Name())
		if ns, err := strconv.ParseUint(string(first), 10, 64); err == nil {
			ran[tid] = ns
		}
	}
	return ran
}
