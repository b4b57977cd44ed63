//go:build linux && (amd64 || arm64)

package ptrace

import (
	"fmt"
	"os"
	"strconv"
	"strings"

	"golang.org/x/sys/unix"

	"rseqstep/table"
)

// pageSize is the smallest page of amd64, bytes.
const pageSize = 4096

// caller is a thread at a trapped system call: the tracee.Caller of Linux.
type caller struct {
	p    *Process
	t    *thread
	maps *mappings // its process's
}

// Arguments returns the call's arguments.
func (c *caller) Arguments() ([6]uint64, error) {
	if err := c.p.load(c.t); err != nil {
		return [6]uint64{}, err
	}
	return c.t.regs.now.SyscallArguments(), nil
}

// Answer makes the kernel skip the call and return result to the program.
func (c *caller) Answer(result int64) error { return c.p.skipCall(c.t, result) }

// hasBreakpoints reports whether our breakpoints are in the caller's memory.
func (c *caller) hasBreakpoints() bool { return !c.p.lifted && c.p.threads[c.t.tid] == c.t }

// ReadMemory reads with the program's rights: process_vm_readv(2) honours
// protections.
func (c *caller) ReadMemory(addr table.Addr, buf []byte) (int, error) {
	n, e := processRead(c.t.tid, addr, buf)
	if c.hasBreakpoints() {
		c.p.points.hide(addr, buf[:n])
	}
	return n, c.outcome("read memory", addr, n, len(buf), e)
}

// WriteMemory writes with the program's rights.
func (c *caller) WriteMemory(addr table.Addr, buf []byte) (int, error) {
	if c.hasBreakpoints() {
		if first, last := c.p.points.span(addr, len(buf)); first != last {
			return c.p.WriteMemory(addr, buf) // its own code; CheckMemory has allowed it
		}
	}
	n, e := processWrite(c.t.tid, addr, buf)
	return n, c.outcome("write memory", addr, n, len(buf), e)
}

func (c *caller) outcome(op string, addr table.Addr, n, want int, e unix.Errno) error {
	switch {
	case n == want:
		return nil
	case e == 0:
		e = unix.EFAULT
	}
	return &Error{Op: op, TID: c.t.tid, Err: fmt.Errorf("at %v: %w", addr+table.Addr(n), e)}
}

// CheckMemory finds out whether the program may access n bytes, and faults the
// pages in. It takes the right to write from the mapping: a trial write would
// have to change memory that another process may share.
func (c *caller) CheckMemory(addr table.Addr, n int, write bool) error {
	end := addr + table.Addr(n)
	for at := addr; at < end; at = at&^(pageSize-1) + pageSize {
		var b [1]byte
		if got, e := processRead(c.t.tid, at, b[:]); got < 1 {
			return c.outcome("check memory", at, 0, 1, e)
		}
	}
	for at := addr; write && at < end; {
		m, err := c.maps.find(c.t.tid, at)
		if err != nil {
			return err
		}
		if !m.write {
			return c.outcome("check memory", at, 0, 1, unix.EACCES)
		}
		at = m.high
	}
	return nil
}

// allowed reads the thread's affinity as the program set it.
func (c *caller) allowed(m *cpuMask) bool {
	if c.p.pinned.tid == c.t.tid {
		*m = c.p.pinned.thread
		return true
	}
	return affinity(c.t.tid, m) == 0
}

// Allowed reports whether a CPU is possible and in the thread's affinity mask.
// For an offline CPU the mask as it was set counts.
func (c *caller) Allowed(cpu int) bool {
	var m cpuMask
	if c.allowed(&m) && m.has(cpu) {
		return true
	}
	// sched_getaffinity(2) omits offline CPUs; /proc does not.
	return listHas(readLine("/sys/devices/system/cpu/possible"), cpu) &&
		!listHas(readLine("/sys/devices/system/cpu/online"), cpu) &&
		listHas(statusField(c.t.tid, "Cpus_allowed_list"), cpu)
}

// MoveTo makes the thread resume on a CPU; see migrate. If the CPU is offline,
// the thread stays where it is.
func (c *caller) MoveTo(cpu int) error {
	var m cpuMask
	if !c.allowed(&m) || !m.has(cpu) || m == only(cpu) || c.p.cpuOf(c.t) == cpu {
		return nil
	}
	if c.p.pinned.tid == c.t.tid {
		if err := c.p.Unpin(); err != nil {
			return err
		}
	}
	c.t.migrates, c.t.target = true, cpu
	return nil
}

func readLine(path string) string {
	b, err := os.ReadFile(path)
	if err != nil {
		return ""
	}
	return strings.TrimSpace(string(b))
}

// listHas reports whether a list such as "0-3,8" names n. See cpuset(7), "List format".
func listHas(list string, n int) bool {
	for part := range strings.SplitSeq(list, ",") {
		first, last, isRange := strings.Cut(part, "-")
		if !isRange {
			last = first
		}
		low, err := strconv.Atoi(first)
		high, err2 := strconv.Atoi(last)
		if err == nil && err2 == nil && low <= n && n <= high {
			return true
		}
	}
	return false
}
