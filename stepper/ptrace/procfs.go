//go:build linux && (amd64 || arm64)

package ptrace

import (
	"bytes"
	"fmt"
	"os"
	"strconv"
	"strings"

	"golang.org/x/sys/unix"
)

// stat is what is needed of /proc/PID/task/TID/stat. See proc_pid_stat(5).
type stat struct {
	state     byte // field 3
	processor int  // field 39, the CPU last run on
	threads   int  // field 20, of the process: includes ended threads that wait to be reaped
}

func readStat(pid, tid int) (stat, error) {
	b, err := readSmall(fmt.Sprintf("/proc/%d/task/%d/stat", pid, tid))
	if err != nil {
		return stat{}, err
	}
	// Field 2 is the name in parentheses, which may itself contain parentheses.
	f := strings.Fields(string(b[bytes.LastIndexByte(b, ')')+1:]))
	if len(f) < 37 {
		return stat{}, fmt.Errorf("/proc/%d/task/%d/stat is cut short", pid, tid)
	}
	cpu, err := strconv.Atoi(f[39-3])
	if err != nil {
		return stat{}, err
	}
	threads, err := strconv.Atoi(f[20-3])
	return stat{state: f[0][0], processor: cpu, threads: threads}, err
}

// turns is how often the scheduler has run a thread: the last number of its
// schedstat (Documentation/scheduler/sched-stats.rst). ok is false if the
// kernel keeps none, or the thread is gone.
func (p *Process) turns(tid int) (n uint64, ok bool) {
	b, err := readSmall(fmt.Sprintf("/proc/%d/task/%d/schedstat", tid, tid))
	if err != nil {
		return 0, false
	}
	f := bytes.Fields(b)
	if len(f) < 3 {
		return 0, false
	}
	n, err = strconv.ParseUint(string(f[2]), 10, 64)
	return n, err == nil
}

// Handles implements tracee.HandlerTarget: proc_pid_status(5), SigCgt and SigBlk.
func (p *Process) Handles(tid, sig int) bool {
	caught, _, blocked, err := p.dispositions(tid)
	return err == nil && sig > 0 && (caught&^blocked)>>(sig-1)&1 != 0
}

// harmless are the signals whose default action does not end the process, as bits:
// SIGCHLD, SIGCONT, SIGSTOP, SIGTSTP, SIGTTIN, SIGTTOU, SIGURG, SIGWINCH. See signal(7).
const harmless = 1<<16 | 1<<17 | 1<<18 | 1<<19 | 1<<20 | 1<<21 | 1<<22 | 1<<27

// Fatal reports whether the signal that thread tid is stopped for would end the program.
func (p *Process) Fatal(tid, sig int) bool {
	caught, ignored, _, err := p.dispositions(tid)
	return err == nil && sig > 0 && (caught|ignored|harmless)>>(sig-1)&1 == 0
}

// dispositions are the signals that a thread's process catches and ignores, and
// that the thread blocks, as bits: signal 1 is bit 0.
func (p *Process) dispositions(tid int) (caught, ignored, blocked uint64, err error) {
	b, err := os.ReadFile(fmt.Sprintf("/proc/%d/task/%d/status", tid, tid))
	if err != nil {
		return 0, 0, 0, err
	}
	for field, set := range map[string]*uint64{"SigCgt": &caught, "SigIgn": &ignored, "SigBlk": &blocked} {
		_, rest, _ := bytes.Cut(b, []byte("\n"+field+":"))
		line, _, _ := bytes.Cut(rest, []byte("\n"))
		if *set, err = strconv.ParseUint(string(bytes.TrimSpace(line)), 16, 64); err != nil {
			return 0, 0, 0, err
		}
	}
	return caught, ignored, blocked, nil
}

// readSmall reads a file of /proc of less than a page. It is three system calls;
// os.ReadFile makes ten, to find out whether the file can be polled.
func readSmall(path string) ([]byte, error) {
	fd, err := unix.Open(path, unix.O_RDONLY|unix.O_CLOEXEC, 0)
	if err != nil {
		return nil, &os.PathError{Op: "open", Path: path, Err: err}
	}
	defer unix.Close(fd)
	b := make([]byte, 4096)
	n, err := unix.Read(fd, b)
	if err != nil {
		return nil, &os.PathError{Op: "read", Path: path, Err: err}
	}
	return b[:n], nil
}

// statusField reads one line of /proc/PID/status; "" when there is none.
func statusField(pid int, name string) string {
	b, err := os.ReadFile(fmt.Sprintf("/proc/%d/status", pid))
	if err != nil {
		return ""
	}
	for line := range strings.SplitSeq(string(b), "\n") {
		if v, ok := strings.CutPrefix(line, name+":"); ok {
			return strings.TrimSpace(v)
		}
	}
	return ""
}

// exePath is the program's file, or the kernel's own handle to it if the file
// has been deleted.
func exePath(pid int) string {
	link := fmt.Sprintf("/proc/%d/exe", pid)
	path, err := os.Readlink(link)
	if err != nil || strings.HasSuffix(path, " (deleted)") {
		return link
	}
	if a, err := os.Stat(path); err == nil {
		if b, err := os.Stat(link); err == nil && os.SameFile(a, b) {
			return path
		}
	}
	return link // another mount namespace, or replaced since
}

// tasks are the thread ids of a process, in the order of their creation: the kernel's list of them
// is the directory's order (next_tid, fs/proc/base.c).
func tasks(pid int) ([]int, error) {
	dir, err := os.Open(fmt.Sprintf("/proc/%d/task", pid))
	if err != nil {
		return nil, err
	}
	defer dir.Close()
	names, err := dir.Readdirnames(-1)
	if err != nil {
		return nil, err
	}
	ids := make([]int, 0, len(names))
	for _, name := range names {
		if id, err := strconv.Atoi(name); err == nil {
			ids = append(ids, id)
		}
	}
	return ids, nil
}
