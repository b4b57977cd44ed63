package stat

import (
	"maps"
	"slices"

	"rseqstep/stat/perf"
)

// Collector adds up records. NewCollector makes one.
type Collector struct {
	// Before reads what a process that is older than the recording had mapped, and the name of a
	// thread. nil: there are no such processes.
	Before interface {
		Maps(pid int) []perf.Mmap
		Name(pid, tid int) string
	}
	// Wanted reports whether the aborts of a process count. nil: all do.
	Wanted func(pid int) bool
	// Unwind finds the stacks of records that have registers. nil: stacks are those of frame pointers.
	Unwind *Unwinder

	Sections map[Code]*Section
	Aborts   uint64           // that were recorded and wanted
	Lost     uint64           // records that the kernel dropped because a buffer was full
	Unplaced uint64           // aborts and samples at addresses where no mapping is known
	Samples  uint64           // of the clock, in sections and outside
	Clock    map[Code]uint64  // and where they were
	Passes   map[Code]*Passes // of sections, by their start; nil: not counted

	// Causes says that switches and signals are among the records, so that aborts have causes.
	Causes bool

	causes    causes
	processes map[int]codeMap
	names     map[int]string // of threads
	mapped    bool           // a mapping was recorded since it was last set to false
	forked    bool           // a process was made
}

// NewCollector returns a Collector that has seen nothing.
func NewCollector() *Collector {
	return &Collector{Sections: map[Code]*Section{}, Clock: map[Code]uint64{}, processes: map[int]codeMap{}, names: map[int]string{}, causes: causes{}}
}

// Track takes in a record about a process. Precondition: records come in the order of time.
func (c *Collector) Track(r perf.Record) {
	switch r := r.(type) {
	case *perf.Mmap:
		c.processes[r.PID] = c.maps(r.PID).add(fromRecord(r))
		c.mapped = true
	case *perf.Comm:
		c.names[r.TID] = r.Name
		if r.Exec {
			c.processes[r.PID] = codeMap{}
		}
	case *perf.Task:
		// What has ended keeps its maps and its name: others of its records may carry the same time.
		if r.Exit {
			break
		}
		if name, known := c.names[r.Parent]; known {
			c.names[r.TID] = name
		}
		if r.PID != r.Parent {
			c.forked = true
			c.processes[r.PID] = slices.Clone(c.maps(r.Parent))
		}
	case *perf.Switch:
		c.causes.switched(r)
	case *perf.Lost:
		c.Lost += r.Count
	}
}

// Abort takes in an abort. Precondition: as Track.
func (c *Collector) Abort(s *perf.Sample, a Abort) {
	if c.Wanted != nil && !c.Wanted(s.PID) {
		return
	}
	c.Aborts++
	cause := c.causes.of(s.TID, s.Time)
	sec := c.section(s.PID, a.Start, a.Length)
	if sec == nil {
		c.Unplaced++
		return
	}
	sec.Aborts++
	sec.At[a.At-a.Start]++
	sec.Threads[Thread{PID: s.PID, TID: s.TID, Name: c.name(s)}]++
	sec.CPUs[s.CPU]++
	if c.Causes {
		sec.Causes[cause]++
	}
	switch m := c.maps(s.PID); {
	case c.Unwind != nil && s.Registers != nil:
		sec.stack(c.Unwind.stack(s, m))
	case len(s.Stack) > 0:
		sec.stack(m.places(s.Stack))
	}
}

// Signal takes in that a thread handles a signal. Precondition: as Track.
func (c *Collector) Signal(s *perf.Sample) { c.causes.signalled(s.TID, s.Time) }

// Sample takes in a sample of the clock. Precondition: as Track.
func (c *Collector) Sample(s *perf.Sample) {
	if c.Wanted != nil && !c.Wanted(s.PID) {
		return
	}
	c.Samples++
	if at, ok := c.maps(s.PID).find(s.IP); ok {
		c.Clock[at]++
	}
}

// Mapped lists the files whose code the wanted processes had mapped.
func (c *Collector) Mapped() []string {
	seen := map[string]bool{}
	for pid, m := range c.processes {
		if c.Wanted != nil && !c.Wanted(pid) {
			continue
		}
		for _, one := range m {
			if one.file != "" {
				seen[one.file] = true
			}
		}
	}
	return slices.Sorted(maps.Keys(seen))
}

// section returns the section that a process has at an address.
func (c *Collector) section(pid int, start, length uint64) *Section {
	at, ok := c.maps(pid).find(start)
	if !ok {
		return nil
	}
	sec := c.Sections[at]
	if sec == nil {
		sec = newSection(at, length)
		c.Sections[at] = sec
	}
	return sec
}

// maps is what a process has mapped.
func (c *Collector) maps(pid int) codeMap {
	m, known := c.processes[pid]
	if !known {
		if c.Before != nil {
			for _, r := range c.Before.Maps(pid) {
				m = m.add(fromRecord(&r))
			}
		}
		c.processes[pid] = m
	}
	return m
}

// name is the name of a sample's thread.
func (c *Collector) name(s *perf.Sample) string {
	name, known := c.names[s.TID]
	if !known {
		if c.Before != nil {
			name = c.Before.Name(s.PID, s.TID)
		}
		if name == "" {
			name = c.names[s.PID]
		}
		c.names[s.TID] = name
	}
	return name
}
