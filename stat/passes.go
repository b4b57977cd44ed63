package stat

import (
	"cmp"
	"errors"
	"io/fs"
	"maps"
	"os"
	"slices"
	"time"

	"rseqstep/check/code"
	"rseqstep/stat/perf"
	"rseqstep/stat/tracefs"
	"rseqstep/table"
)

// Passes is how often threads left a section, other than through its abort handler.
type Passes struct {
	Length uint64 // of the section, bytes
	Exits  []Exit // by address
	// Late is how many seconds after the recording had begun the counting did: the file was loaded
	// then. 0: from the beginning.
	Late float64
	// Forked says that the program has made processes and the kernel may have lost some of their
	// passes; see perf.Counter.Exact.
	Forked bool
}

// Exit is one place to which a section leads.
type Exit struct {
	To     table.FileAddr
	End    bool   // it is the section's end
	Why    string // why it is not counted; "": it is
	Passes uint64
}

// Total is the sum. all: every exit was counted, from the beginning.
func (p *Passes) Total() (n uint64, all bool) {
	all = p.Late == 0 && !p.Forked
	for _, e := range p.Exits {
		n += e.Passes
		all = all && e.Why == ""
	}
	return n, all
}

// passCounter counts passes with probes of the instructions behind the sections' exits. None is
// inside a section: its trap would abort the section.
type passCounter struct {
	uprobes *perf.Uprobes
	began   time.Time
	files   map[string]bool // that have been looked at
	probes  []*probe
	found   map[Code]*Passes
}

// probe is the probe of one exit.
type probe struct {
	event    perf.Event
	exit     *Exit
	counters []*perf.Counter
}

// exact reports whether the passes of child processes are all counted.
func (p *probe) exact() bool {
	return !slices.ContainsFunc(p.counters, func(c *perf.Counter) bool { return !c.Exact() })
}

// counting begins to count an event in the threads that there are.
type counting func(perf.Event) ([]*perf.Counter, error)

// add sets probes behind the sections of a file. late says that it may have been executed before.
// A file that cannot be read has no sections.
func (c *passCounter) add(path string, late bool, count counting) error {
	if c.files[path] {
		return nil
	}
	c.files[path] = true
	if f, err := table.Open(path); err != nil || len(f.Sections) == 0 {
		return nil
	}
	f, err := code.Open(path)
	if err != nil {
		return nil
	}
	defer f.Close()
	binary, err := os.Open(path)
	if err != nil {
		return nil
	}
	defer binary.Close()
	for s, leaves := range f.Leaves() {
		start, ok := f.Table.FileOffset(s.Start)
		if at := (Code{File: path, Offset: start}); ok && c.found[at] == nil {
			p := &Passes{Length: s.PostCommitOffset, Exits: make([]Exit, len(leaves))}
			if late {
				p.Late = time.Since(c.began).Seconds()
			}
			for n, l := range leaves {
				p.Exits[n] = Exit{To: table.FileAddr(l.To), End: l.End, Why: l.Why}
				if err := c.probe(binary, f.Table, &p.Exits[n], count); err != nil {
					return err
				}
			}
			slices.SortFunc(p.Exits, func(a, b Exit) int { return cmp.Compare(a.To, b.To) })
			c.found[at] = p
		}
	}
	return nil
}

// probe sets the probe of an exit, unless it is one that is not counted.
func (c *passCounter) probe(binary *os.File, t *table.File, e *Exit, count counting) error {
	if e.Why != "" {
		return nil
	}
	offset, ok := t.FileOffset(e.To)
	if !ok {
		e.Why = "the file has no bytes for it"
		return nil
	}
	event, err := c.uprobes.Define(binary, offset)
	if err != nil {
		return err
	}
	p := &probe{event: event, exit: e}
	c.probes = append(c.probes, p)
	p.counters, err = count(event)
	return err
}

// update reads the counters. forked says that the program has made processes.
func (c *passCounter) update(forked bool) error {
	for _, p := range c.found {
		p.Forked = forked && slices.ContainsFunc(c.probes, func(p *probe) bool { return !p.exact() })
	}
	for _, p := range c.probes {
		sum := uint64(0)
		for _, one := range p.counters {
			n, err := one.Read()
			if err != nil {
				return err
			}
			sum += n
		}
		p.exit.Passes = sum
	}
	return nil
}

// Close removes the probes.
func (c *passCounter) Close() error {
	var errs []error
	for _, p := range c.probes {
		for _, one := range p.counters {
			errs = append(errs, one.Close())
		}
	}
	c.probes = nil
	return errors.Join(append(errs, c.uprobes.Close())...)
}

// errPassesTake says what counting passes needs.
var errPassesTake = errors.New("counting passes sets probes through tracefs (uprobe_events): run as root")

// countPasses begins to count passes.
func (r *Recorder) countPasses(o Options) (err error) {
	c := &passCounter{began: r.began, files: map[string]bool{}, found: map[Code]*Passes{}}
	for _, root := range tracefs.Roots() {
		if c.uprobes, err = perf.NewUprobes(root); !errors.Is(err, perf.ErrNoUprobes) {
			break
		}
	}
	if errors.Is(err, fs.ErrPermission) {
		err = errors.Join(err, errPassesTake)
	}
	if err != nil {
		return err
	}
	r.passes = c
	if r.passCost, err = passCost(c.uprobes); err != nil {
		return err
	}
	count, files := inProgram(o.PID), o.Files
	if o.PID == 0 {
		count, files = inProcesses(r.counted), append(slices.Clone(files), r.Mapped()...)
	}
	for _, path := range files {
		if err := c.add(path, false, count); err != nil {
			return err
		}
	}
	return nil
}

// countLoaded begins to count in files that have been mapped since.
func (r *Recorder) countLoaded() error {
	if r.passes == nil || !r.mapped {
		return nil
	}
	r.mapped = false
	for _, path := range r.Mapped() {
		if err := r.passes.add(path, true, inProcesses(r.counted)); err != nil {
			return err
		}
	}
	return nil
}

// counted lists the processes that are recorded.
func (r *Recorder) counted() []int {
	all := slices.Sorted(maps.Keys(r.processes))
	return slices.DeleteFunc(all, func(pid int) bool { return r.Wanted != nil && !r.Wanted(pid) })
}

// passed is the number of passes that were counted.
func (s *Section) passed() uint64 {
	if s.Passes == nil {
		return 0
	}
	n, _ := s.Passes.Total()
	return n
}
