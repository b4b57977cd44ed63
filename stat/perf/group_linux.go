package perf

import (
	"cmp"
	"encoding/binary"
	"errors"
	"fmt"
	"os"
	"slices"
	"strconv"
	"strings"
	"time"

	"golang.org/x/sys/unix"
)

// Event is one kind of event to record.
type Event struct {
	Type   uint32 // unix.PERF_TYPE_TRACEPOINT, …
	Config uint64 // a tracepoint's id
	Period uint64 // a record each so many events; 0: see Freq
	Freq   uint64 // records a second
	User   bool   // only what happens in user mode
}

// Clock returns the event that interrupts a CPU so many times a second while it runs user
// code.
func Clock(freq uint64) Event {
	return Event{Type: unix.PERF_TYPE_SOFTWARE, Config: unix.PERF_COUNT_SW_CPU_CLOCK, Freq: freq, User: true}
}

// Tracepoint returns the event of each time that the kernel passes a tracepoint.
func Tracepoint(f Format) Event {
	return Event{Type: unix.PERF_TYPE_TRACEPOINT, Config: f.ID, Period: 1}
}

// Options say whose events are recorded.
type Options struct {
	PID   int  // -1: every process's. Otherwise that process's from its next execve(2) on, and its children's
	Stack bool // with the user stack, by frame pointers
	// Registers are bits of the user registers that each Sample has, with Dump bytes of the stack (a
	// multiple of 8, less than 64 KiB); 0: none. See the architecture's asm/perf_regs.h.
	Registers uint64
	Dump      int
	// Switches adds a Switch each time that a CPU begins or ends to execute one of the threads.
	Switches bool
	Pages    int // of each CPU's buffer, a power of two; 0: see bufferPages
}

// Group records events on every CPU. Its methods are not safe for concurrent use.
type Group struct {
	events []opened
	rings  []*ring
	layout Layout
	held   []Record // younger than what Read has returned
	merged uint64   // Read has returned everything before
}

type opened struct {
	fd    int
	event int // its index in Open's list; -1: the event that only tracks processes
	id    uint64
}

// Open begins to record. The error wraps unix.EACCES or unix.EPERM if the caller may not.
// The caller calls Close.
func Open(events []Event, o Options) (_ *Group, err error) {
	cpus, err := online()
	if err != nil {
		return nil, err
	}
	if o.Pages == 0 {
		o.Pages = bufferPages(len(cpus))
	}
	g := &Group{layout: Layout{Stack: o.Stack, Registers: o.Registers}}
	defer func() {
		if err != nil {
			g.Close()
		}
	}()
	for _, cpu := range cpus {
		if err := g.openOn(cpu, events, o); errors.Is(err, unix.ENODEV) {
			continue // the CPU has gone offline
		} else if err != nil {
			return nil, err
		}
	}
	if len(g.rings) == 0 {
		return nil, errors.New("no CPU is online")
	}
	return g, nil
}

// bufferPages is the size of each buffer if nothing else is asked for: all together use 64 MiB, and
// each between 512 KiB and 4 MiB, a second of 50,000 aborts.
func bufferPages(cpus int) int {
	const all, least, most = 64 << 20 >> 12, 128, 1024
	pages := most
	for pages > least && pages*cpus > all {
		pages /= 2
	}
	return pages
}

// openOn opens the events on one CPU. They share one buffer.
func (g *Group) openOn(cpu int, events []Event, o Options) error {
	track := unix.PerfEventAttr{Type: unix.PERF_TYPE_SOFTWARE, Config: unix.PERF_COUNT_SW_DUMMY, Sample: 1}
	track.Bits = unix.PerfBitMmap | unix.PerfBitMmap2 | unix.PerfBitComm | unix.PerfBitCommExec | unix.PerfBitTask
	if o.Switches {
		track.Bits |= unix.PerfBitContextSwitch
	}
	first, err := g.open(&track, -1, cpu, o)
	if err != nil {
		return err
	}
	r, err := newRing(first, o.Pages)
	if err != nil {
		return err
	}
	g.rings = append(g.rings, r)
	for n, e := range events {
		attr := unix.PerfEventAttr{Type: e.Type, Config: e.Config, Sample: e.Period}
		if e.Freq > 0 {
			attr.Sample, attr.Bits = e.Freq, unix.PerfBitFreq
		}
		if e.User {
			attr.Bits |= unix.PerfBitExcludeKernel
		}
		fd, err := g.open(&attr, n, cpu, o)
		if err != nil {
			return err
		}
		if err := unix.IoctlSetInt(fd, unix.PERF_EVENT_IOC_SET_OUTPUT, first); err != nil {
			return os.NewSyscallError("ioctl PERF_EVENT_IOC_SET_OUTPUT", err)
		}
	}
	return nil
}

func (g *Group) open(attr *unix.PerfEventAttr, event, cpu int, o Options) (int, error) {
	attr.Size = unix.PERF_ATTR_SIZE_VER5
	attr.Sample_type = unix.PERF_SAMPLE_IDENTIFIER | unix.PERF_SAMPLE_IP | unix.PERF_SAMPLE_TID | unix.PERF_SAMPLE_TIME | unix.PERF_SAMPLE_CPU
	attr.Sample_type |= unix.PERF_SAMPLE_RAW
	if o.Stack {
		attr.Sample_type |= unix.PERF_SAMPLE_CALLCHAIN
		attr.Bits |= unix.PerfBitExcludeCallchainKernel
	}
	if o.Registers != 0 {
		attr.Sample_type |= unix.PERF_SAMPLE_REGS_USER | unix.PERF_SAMPLE_STACK_USER
		attr.Sample_regs_user, attr.Sample_stack_user = o.Registers, uint32(o.Dump)
	}
	attr.Bits |= unix.PerfBitSampleIDAll | unix.PerfBitUseClockID | unix.PerfBitWatermark
	attr.Clockid = unix.CLOCK_MONOTONIC
	attr.Wakeup = uint32(o.Pages * os.Getpagesize() / 4)
	attr.Read_format = unix.PERF_FORMAT_ID
	if o.PID >= 0 {
		attr.Bits |= unix.PerfBitInherit | unix.PerfBitDisabled | unix.PerfBitEnableOnExec
	}
	fd, err := unix.PerfEventOpen(attr, o.PID, cpu, -1, unix.PERF_FLAG_FD_CLOEXEC)
	if err != nil {
		return 0, os.NewSyscallError("perf_event_open", err)
	}
	g.events = append(g.events, opened{fd: fd, event: event})
	_, id, err := count(fd)
	g.events[len(g.events)-1].id = id
	return fd, err
}

// count reads how often an event has happened, and its id.
func count(fd int) (n, id uint64, err error) {
	var b [16]byte
	if _, err := unix.Read(fd, b[:]); err != nil {
		return 0, 0, os.NewSyscallError("read of a perf event", err)
	}
	return binary.NativeEndian.Uint64(b[:]), binary.NativeEndian.Uint64(b[8:]), nil
}

// Total is how often an event (its index in Open's list) has happened, also where its record
// was lost.
func (g *Group) Total(event int) (total uint64, err error) {
	for _, e := range g.events {
		if e.event == event {
			n, _, err := count(e.fd)
			if err != nil {
				return 0, err
			}
			total += n
		}
	}
	return total, nil
}

// Event is the index in Open's list of the event of a Sample.
func (g *Group) Event(s *Sample) int {
	for _, e := range g.events {
		if e.id == s.ID {
			return e.event
		}
	}
	return -1
}

// Wait waits until a buffer is a quarter full, at most for d.
func (g *Group) Wait(d time.Duration) error {
	fds := make([]unix.PollFd, 0, len(g.rings))
	for _, e := range g.events {
		if e.event < 0 {
			fds = append(fds, unix.PollFd{Fd: int32(e.fd), Events: unix.POLLIN})
		}
	}
	_, err := unix.Poll(fds, int(d.Milliseconds()))
	if err != nil && err != unix.EINTR {
		return os.NewSyscallError("poll", err)
	}
	for _, f := range fds {
		if f.Revents&(unix.POLLHUP|unix.POLLERR) != 0 { // its process has ended: poll(2) does not wait
			time.Sleep(min(d, 10*time.Millisecond))
			break
		}
	}
	return nil
}

// Read returns the records of all CPUs in the order of time. It keeps those back that another
// CPU may still precede, until a later Read; all: keep none, because the recording has ended.
func (g *Group) Read(all bool) []Record {
	var now unix.Timespec
	_ = unix.ClockGettime(unix.CLOCK_MONOTONIC, &now) // cannot fail: the clock and the pointer are right
	for _, r := range g.rings {
		g.held = append(g.held, Decode(r.read(), g.layout)...)
	}
	slices.SortStableFunc(g.held, func(a, b Record) int { return cmp.Compare(a.When(), b.When()) })
	until := g.merged
	g.merged = uint64(now.Nano())
	if all {
		until = ^uint64(0)
	}
	n, _ := slices.BinarySearchFunc(g.held, until, func(r Record, t uint64) int {
		if r.When() < t {
			return -1
		}
		return 1
	})
	out := slices.Clone(g.held[:n])
	g.held = append(g.held[:0], g.held[n:]...)
	return out
}

// Close ends the recording.
func (g *Group) Close() error {
	var errs []error
	for _, r := range g.rings {
		errs = append(errs, r.close())
	}
	for _, e := range g.events {
		errs = append(errs, unix.Close(e.fd))
	}
	g.rings, g.events = nil, nil
	return errors.Join(errs...)
}

// Machine is the name of the machine's architecture, as in uname(2): "x86_64".
func Machine() string {
	var name unix.Utsname
	_ = unix.Uname(&name) // cannot fail: the pointer is right
	return unix.ByteSliceToString(name.Machine[:])
}

// online lists the CPUs that are online.
func online() ([]int, error) {
	text, err := os.ReadFile("/sys/devices/system/cpu/online")
	if err != nil {
		return nil, err
	}
	return cpuList(strings.TrimSpace(string(text)))
}

// cpuList parses a list like "0-3,5" (Documentation/admin-guide/cputopology.rst).
func cpuList(text string) (cpus []int, err error) {
	for part := range strings.SplitSeq(text, ",") {
		low, high, ranged := strings.Cut(part, "-")
		first, err := strconv.Atoi(low)
		last := first
		if err == nil && ranged {
			last, err = strconv.Atoi(high)
		}
		if err != nil || first < 0 || last < first || last > 1<<16 {
			return nil, fmt.Errorf("%q is not a list of CPUs", text)
		}
		for n := first; n <= last; n++ {
			cpus = append(cpus, n)
		}
	}
	return cpus, nil
}
