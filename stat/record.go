package stat

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"time"

	"rseqstep/stat/perf"
	"rseqstep/stat/tracefs"
	"rseqstep/table"
)

// Options say what Start records.
type Options struct {
	PID   int  // that process, from its next execve(2) on and with its children; 0: every process
	Only  int  // with PID 0: count this process's aborts only; 0: all
	Stack bool // record user stacks
	// Unwind records registers and a piece of each stack, for programs without frame pointers. nil: do
	// not. It needs a hundred times the space for each abort.
	Unwind *Unwinder
	Hot    uint64 // sample the clock so many times a second; 0: do not
	Cause  bool   // record switches and signals too, which tell why a section was aborted
	Pages  int    // of each CPU's buffer, a power of two; 0: enough
	// Passes counts the passes of sections, too, in PID or Only. Files are those whose sections are
	// counted from the beginning; others are when their mapping is recorded. Each pass then costs
	// (Report.PassCost).
	Passes bool
	Files  []string
}

// Recorder records the aborts of running programs. Its methods are not safe for concurrent use.
type Recorder struct {
	*Collector
	format perf.Format
	group  *perf.Group
	began  time.Time
	kinds  []int  // of the group's events
	seen   uint64 // records of aborts, wanted or not

	passes   *passCounter // nil: passes are not counted
	passCost float64      // nanoseconds
}

// Start begins to record. Errors say what privilege is missing. The caller calls Close.
func Start(o Options) (*Recorder, error) {
	format, err := Tracepoint()
	if err != nil {
		return nil, err
	}
	events, kinds := []perf.Event{perf.Tracepoint(format)}, []int{eventAbort}
	if o.Hot > 0 {
		events, kinds = append(events, perf.Clock(o.Hot)), append(kinds, eventClock)
	}
	if o.Cause {
		deliver, err := tracepointIn(tracefs.Roots(), "signal/signal_deliver", errNoSignals)
		if err != nil {
			return nil, err
		}
		events, kinds = append(events, perf.Tracepoint(deliver)), append(kinds, eventSignal)
	}
	r := &Recorder{Collector: NewCollector(), format: format, kinds: kinds, began: time.Now()}
	r.Causes = o.Cause
	whose := perf.Options{PID: o.PID, Stack: o.Stack, Switches: o.Cause, Pages: o.Pages}
	if r.Unwind = o.Unwind; r.Unwind != nil {
		whose.Stack, whose.Registers, whose.Dump = false, r.Unwind.bits, dumpSize
	}
	if o.PID == 0 {
		whose.PID = -1
		r.Before = proc{}
		if o.Only != 0 {
			r.Wanted = func(pid int) bool { return pid == o.Only }
		}
	}
	if r.group, err = perf.Open(events, whose); errors.Is(err, fs.ErrPermission) {
		return nil, fmt.Errorf("%w\nThe kernel lets only root, or a program with CAP_PERFMON, read tracepoints (or everybody: sudo sysctl kernel.perf_event_paranoid=-1).\nTo give the capability: sudo setcap cap_perfmon,cap_dac_read_search+ep RSEQSTEP", err)
	} else if err != nil {
		return nil, err
	}
	if o.PID == 0 {
		for _, pid := range running(o.Only) {
			r.maps(pid) // now: it may have ended when its records are read
		}
	}
	if o.Passes {
		if err := r.countPasses(o); err != nil {
			return nil, errors.Join(err, r.Close())
		}
	}
	return r, nil
}

// running lists the processes that there are, or only one if that is not 0.
func running(only int) (pids []int) {
	if only != 0 {
		return []int{only}
	}
	names, _ := filepath.Glob("/proc/[0-9]*") // the pattern is right
	for _, name := range names {
		if pid, err := strconv.Atoi(filepath.Base(name)); err == nil {
			pids = append(pids, pid)
		}
	}
	return pids
}

// The kinds of a Recorder's events. That of aborts is always the first of the group.
const (
	eventAbort = iota
	eventClock
	eventSignal
)

// Run takes records in until ctx ends, and calls tick once each period, if it is not 0. An
// error of tick ends it.
func (r *Recorder) Run(ctx context.Context, period time.Duration, tick func() error) error {
	next := time.Now().Add(period)
	for ctx.Err() == nil {
		if err := r.group.Wait(100 * time.Millisecond); err != nil {
			return err
		}
		r.take(r.group.Read(false))
		if err := r.countLoaded(); err != nil {
			return err
		}
		if period > 0 && !time.Now().Before(next) {
			next = time.Now().Add(period) // a tick that takes long is not made up for
			if err := tick(); err != nil {
				return err
			}
		}
	}
	return nil
}

// take takes records in.
func (r *Recorder) take(records []perf.Record) {
	for _, rec := range records {
		s, ok := rec.(*perf.Sample)
		if !ok {
			r.Track(rec)
			continue
		}
		n := r.group.Event(s)
		if n < 0 {
			continue
		}
		switch r.kinds[n] {
		case eventAbort:
			r.seen++
			if a, ok := AbortOf(r.format, s.Raw); ok {
				r.Abort(s, a)
			}
		case eventClock:
			r.Sample(s)
		case eventSignal:
			r.Signal(s)
		}
	}
}

// Finish takes the last records in and returns the report.
func (r *Recorder) Finish(files *Files) (*Report, error) {
	// The kernel writes that records were lost only with the next record for which there is space
	// (perf_event_open(2), PERF_RECORD_LOST): what was lost at the end is told by its count alone.
	total, err := r.group.Total(eventAbort)
	if err != nil {
		return nil, err
	}
	r.take(r.group.Read(true))
	if total > r.seen {
		r.Lost = max(r.Lost, total-r.seen)
	}
	return r.Report(files)
}

// Report returns the report so far.
func (r *Recorder) Report(files *Files) (*Report, error) {
	out := &Report{Seconds: time.Since(r.began).Seconds(), Aborts: r.Aborts, Recorded: r.Aborts, Lost: r.Lost, Unplaced: r.Unplaced, Samples: r.Samples}
	if r.Wanted == nil { // else the kernel counts other processes' aborts too
		total, err := r.group.Total(eventAbort)
		if err != nil {
			return nil, err
		}
		out.Aborts = max(total, r.Aborts)
	}
	if r.passes != nil {
		if err := r.passes.update(r.forked); err != nil {
			return nil, err
		}
		r.Collector.Passes, out.Passes, out.PassCost = r.passes.found, r.passes.found, r.passCost
	}
	out.Rows = files.Resolve(r.Collector) // last: it may take seconds, in which the kernel counts on
	return out, nil
}

// Close ends the recording.
func (r *Recorder) Close() error {
	err := r.group.Close()
	if r.passes != nil {
		err = errors.Join(err, r.passes.Close())
	}
	return err
}

// proc reads /proc for what processes had mapped before the recording began.
type proc struct{}

func (proc) Name(pid, tid int) string {
	text, _ := os.ReadFile(filepath.Join("/proc", strconv.Itoa(pid), "task", strconv.Itoa(tid), "comm"))
	return strings.TrimSpace(string(text))
}

func (proc) Maps(pid int) (out []perf.Mmap) {
	code, _ := table.ReadCode(pid) // it may have ended: then its aborts are counted as in unknown memory
	for _, c := range code {
		out = append(out, perf.Mmap{PID: pid, Start: uint64(c.Low), Length: uint64(c.High - c.Low), Offset: c.Offset, Ino: c.Inode, File: c.Path})
	}
	return out
}
