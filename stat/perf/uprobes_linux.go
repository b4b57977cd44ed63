package perf

import (
	"encoding/binary"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strconv"
	"strings"

	"golang.org/x/sys/unix"
)

// Uprobes defines probes of user code in tracefs, which events count. Close removes them.
//
// An event of the PMU "uprobe" needs no definition, but it cannot be inherited: the kernel opens the
// inherited event anew when a thread is made, and then reads the path of the file
// (perf_event_attr.uprobe_path) from the memory of the process that makes it, and asks for that
// process's capabilities. Tried on Linux 6.18: pthread_create(3) and fork(2) fail with EFAULT in the
// counted program, and without inheritance threads and children are not counted. See
// perf_uprobe_event_init in kernel/events/core.c. An event of a tracepoint that tracefs has for a
// probe is inherited like any other, and counts threads, children and what they execute.
//
// Two processes that inherited the same events are switched by exchanging their events (context_equiv
// in kernel/events/core.c), but the filter of a probe goes by the process for which an event was made
// (__uprobe_perf_filter, kernel/trace/trace_uprobe.c). The end of one process then removes the
// breakpoints of the other: seen on 6.18, 2122 of 3000 passes of two children that shared a CPU, in 11
// of 25 runs. Events with PERF_SAMPLE_READ are not exchanged, and may be inherited since Linux 6.13
// (commit 7e8b255650fc, with PERF_SAMPLE_TID): 40 of 40 runs were exact. See Counter.Exact.
//
// See Documentation/trace/uprobetracer.rst.
type Uprobes struct {
	root    string // the tracing file system
	group   string
	defined int
}

// ErrNoUprobes says that the kernel has no probes of user code in tracefs.
var ErrNoUprobes = errors.New("the kernel has no uprobe_events in tracefs (it needs CONFIG_UPROBE_EVENTS)")

// groupPrefix begins the names of our groups of probes in tracefs; the PID of their maker follows.
const groupPrefix = "rseqstep_"

// NewUprobes begins to define probes in a tracing file system. It removes those of makers that have
// been killed. Errors: ErrNoUprobes, or one that wraps fs.ErrPermission.
func NewUprobes(root string) (*Uprobes, error) {
	u := &Uprobes{root: root, group: groupPrefix + strconv.Itoa(os.Getpid())}
	f, err := u.file()
	if errors.Is(err, fs.ErrNotExist) {
		return nil, ErrNoUprobes
	} else if err != nil {
		return nil, err
	}
	defer f.Close()
	groups, _ := filepath.Glob(filepath.Join(root, "events", groupPrefix+"*")) // the pattern is right
	for _, path := range groups {
		group := filepath.Base(path)
		pid, err := strconv.Atoi(strings.TrimPrefix(group, groupPrefix))
		if err != nil || pid != os.Getpid() && !errors.Is(unix.Kill(pid, 0), unix.ESRCH) {
			continue
		}
		probes, _ := filepath.Glob(filepath.Join(path, "p*"))
		for _, p := range probes {
			_, _ = fmt.Fprintf(f, "-:%s/%s\n", group, filepath.Base(p)) // somebody else may remove it, too
		}
	}
	return u, nil
}

// file opens the list of probes. Each write of a line to it defines or removes one.
func (u *Uprobes) file() (*os.File, error) {
	return os.OpenFile(filepath.Join(u.root, "uprobe_events"), os.O_WRONLY|os.O_APPEND, 0)
}

// Define defines a probe of the instruction at an offset in a file, in bytes, and returns the event
// that it is passed.
func (u *Uprobes) Define(code *os.File, offset uint64) (Event, error) {
	f, err := u.file()
	if err != nil {
		return Event{}, err
	}
	defer f.Close()
	name := "p" + strconv.Itoa(u.defined)
	u.defined++
	// The path of the open file: its own may have spaces, or mean another file here.
	if _, err := fmt.Fprintf(f, "p:%s/%s /proc/self/fd/%d:%#x\n", u.group, name, code.Fd(), offset); err != nil {
		return Event{}, fmt.Errorf("cannot set a probe at offset %#x of %s: %w", offset, code.Name(), errors.Unwrap(err))
	}
	text, err := os.ReadFile(filepath.Join(u.root, "events", u.group, name, "id"))
	if err != nil {
		return Event{}, err
	}
	id, err := strconv.ParseUint(strings.TrimSpace(string(text)), 10, 64)
	return Event{Type: unix.PERF_TYPE_TRACEPOINT, Config: id}, err
}

// Close removes the probes. Every Counter of theirs must be closed.
func (u *Uprobes) Close() error {
	if u.defined == 0 {
		return nil
	}
	f, err := u.file()
	if err != nil {
		return err
	}
	defer f.Close()
	var errs []error
	for ; u.defined > 0; u.defined-- {
		if _, err := fmt.Fprintf(f, "-:%s/p%d\n", u.group, u.defined-1); err != nil && !errors.Is(err, unix.ENOENT) {
			errs = append(errs, err)
		}
	}
	return errors.Join(errs...)
}

// Counter counts an event in a thread, in the threads and processes that it makes from now on, and in
// theirs.
type Counter struct {
	fd    int
	exact bool
}

// Exact reports whether the count is exact in child processes, too. Linux before 6.13 may lose what
// a process does after another that inherited the event has ended; see Uprobes.
func (c *Counter) Exact() bool { return c.exact }

// Count begins to count an event in a thread (0: the calling one), with onExec only when it executes
// a program. Error: unix.ESRCH if there is no such thread. The caller calls Close.
func Count(e Event, tid int, onExec bool) (*Counter, error) {
	attr := unix.PerfEventAttr{Type: e.Type, Config: e.Config, Size: unix.PERF_ATTR_SIZE_VER5, Bits: unix.PerfBitInherit, Sample_type: unix.PERF_SAMPLE_READ | unix.PERF_SAMPLE_TID}
	if onExec {
		attr.Bits |= unix.PerfBitDisabled | unix.PerfBitEnableOnExec
	}
	fd, err := unix.PerfEventOpen(&attr, tid, -1, -1, unix.PERF_FLAG_FD_CLOEXEC)
	exact := err == nil
	if errors.Is(err, unix.EINVAL) {
		attr.Sample_type = 0
		fd, err = unix.PerfEventOpen(&attr, tid, -1, -1, unix.PERF_FLAG_FD_CLOEXEC)
	}
	if err != nil {
		return nil, os.NewSyscallError("perf_event_open", err)
	}
	return &Counter{fd: fd, exact: exact}, nil
}

// Read is how often the event has happened.
func (c *Counter) Read() (uint64, error) {
	var b [8]byte // attr.Read_format is 0: the value alone
	if _, err := unix.Read(c.fd, b[:]); err != nil {
		return 0, os.NewSyscallError("read of a perf event", err)
	}
	return binary.NativeEndian.Uint64(b[:]), nil
}

// Close ends it.
func (c *Counter) Close() error { return unix.Close(c.fd) }
