package main

import (
	"fmt"
	"os"
	"strconv"
	"strings"
	"time"
)

// holding is the resources that a process holds.
type holding struct {
	memory   int64 // resident, bytes
	files    int   // open file descriptors
	threads  int
	children int      // zombies among them
	open     []string // where the files lead
}

func (h holding) String() string {
	return fmt.Sprintf("%d MB, %d files, %d threads, %d children", h.memory>>20, h.files, h.threads, h.children)
}

// status reads one field of /proc/PID/status; "" if the process has ended. See proc(5).
func status(path, field string) string {
	text, err := os.ReadFile(path + "/status")
	if err != nil {
		return ""
	}
	for line := range strings.Lines(string(text)) {
		if rest, ok := strings.CutPrefix(line, field+":"); ok {
			return strings.TrimSpace(rest)
		}
	}
	return ""
}

func tasks(pid int) []string {
	dir := fmt.Sprintf("/proc/%d/task", pid)
	entries, err := os.ReadDir(dir)
	if err != nil {
		return nil
	}
	var all []string
	for _, e := range entries {
		all = append(all, dir+"/"+e.Name())
	}
	return all
}

// held reads the resources that a process holds.
func held(pid int) (h holding, err error) {
	path := fmt.Sprintf("/proc/%d", pid)
	kilobytes, err := strconv.ParseInt(strings.TrimSuffix(status(path, "VmRSS"), " kB"), 10, 64)
	if err != nil {
		return h, fmt.Errorf("resident memory of %d: %w", pid, err)
	}
	h.memory = kilobytes << 10
	files, err := os.ReadDir(path + "/fd")
	if err != nil {
		return h, err
	}
	h.files = len(files)
	for _, f := range files {
		to, err := os.Readlink(path + "/fd/" + f.Name())
		if err == nil { // otherwise closed since
			h.open = append(h.open, to)
		}
	}
	for _, t := range tasks(pid) {
		h.threads++
		children, err := os.ReadFile(t + "/children")
		if err != nil && !os.IsNotExist(err) {
			return h, err
		}
		h.children += len(strings.Fields(string(children)))
	}
	return h, nil
}

// grown describes the resources of which a debugger holds more than before. Memory may
// grow by half and 48 MB: the collector's target is twice the live heap (GOGC=100), and
// the C library's symbols are read when first needed. The Go runtime keeps threads that
// blocked once. A program that ended after a detach stays a zombie until the next one
// starts.
func (h holding) grown(before holding) error {
	const slack, idle, letGo = 48 << 20, 6, 1
	switch {
	case h.memory > before.memory*3/2+slack, h.files > before.files, h.threads > before.threads+idle, h.children > letGo:
		return fmt.Errorf("leak: the debugger holds %v; it held %v\nfiles: %q\nbefore: %q", h, before, h.open, before.open)
	}
	return nil
}

// ended reports whether a process is gone, or a zombie.
func ended(pid int) bool {
	state := status(fmt.Sprintf("/proc/%d", pid), "State")
	return state == "" || strings.HasPrefix(state, "Z") || strings.HasPrefix(state, "X")
}

// untraced checks that nobody traces a process and that none of its threads is stopped.
func untraced(pid int) error {
	for _, t := range tasks(pid) {
		if tracer := status(t, "TracerPid"); tracer != "0" && tracer != "" {
			return fmt.Errorf("detach: %s is traced by %s", t, tracer)
		}
		// Right after a detach, a thread may still show its old state.
		for range 100 {
			state := status(t, "State")
			if !strings.HasPrefix(state, "T") && !strings.HasPrefix(state, "t") {
				break
			}
			time.Sleep(10 * time.Millisecond)
		}
		if state := status(t, "State"); strings.HasPrefix(state, "T") || strings.HasPrefix(state, "t") {
			return fmt.Errorf("detach: %s is %s", t, state)
		}
	}
	return nil
}
