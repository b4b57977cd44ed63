package check

import (
	"fmt"
	"slices"
)

// Report is the result of a check.
type Report struct {
	Version  string    // of rseqstep
	Target   string    // what was checked, as the user named it: a file, a command, a process
	Kernels  []Kernel  // judged for these
	Findings []Finding // after Apply: worst first
	Watched  Watched
	Says     []string // conclusions, a sentence each: whether the program would run in debug mode
	Problems []string // what could not be looked at, a sentence each

	// Filled in by Apply.
	Suppressed int       // findings that a suppression matched
	Elsewhere  int       // findings without effect on Kernels
	Left       int       // places beyond Options.Max
	Unused     []Pattern // suppressions that matched nothing

	rules map[string]*Rule
	list  []*Rule // in the catalogue's order
	seen  map[key]int
	worst Severity // of the findings that count, those beyond Max included
}

// Watched is what was looked at. Not found is not proved.
type Watched struct {
	Files     []string `json:"files,omitempty"`     // read
	Declared  int      `json:"sections_declared"`   // critical sections that they declare
	Decoded   int      `json:"sections_decoded"`    // those whose code was read
	Reason    string   `json:"undecoded,omitempty"` // why the others were not
	Running   bool     `json:"running"`             // a program was watched
	Armed     int      `json:"sections_armed"`      // sections that it entered
	Threads   int      `json:"threads"`
	Processes int      `json:"processes"`
	Seconds   float64  `json:"seconds"`
}

// Options are what the user wants of a report.
type Options struct {
	Kernels  []Kernel      // none: all
	Suppress *Suppressions // nil: none
	Max      int           // places kept for each rule; 0: all
}

// NewReport makes an empty report of findings that violate rules of a catalogue.
func NewReport(version, target string, catalogue []Rule) *Report {
	r := &Report{Version: version, Target: target, Kernels: AllKernels(), rules: map[string]*Rule{}, seen: map[key]int{}}
	for n := range catalogue {
		r.list = append(r.list, &catalogue[n])
		r.rules[catalogue[n].Name] = &catalogue[n]
	}
	return r
}

// Rule finds a rule of the catalogue; nil if there is none of that name.
func (r *Report) Rule(name string) *Rule { return r.rules[name] }

// Add adds a finding, or counts it if the same place already violates the rule. It reports whether
// the place is new. A finding of a rule that the catalogue lacks is a bug of the caller: Add panics.
func (r *Report) Add(f Finding) (added bool) {
	rule := r.rules[f.Rule]
	if rule == nil {
		panic(fmt.Sprintf("check: no rule %q", f.Rule))
	}
	if f.Severity == 0 {
		f.Severity = rule.Severity
	}
	f.Count = max(f.Count, 1)
	if n, ok := r.seen[f.key()]; ok {
		r.Findings[n].merge(&f)
		return false
	}
	r.seen[f.key()] = len(r.Findings)
	r.Findings = append(r.Findings, f)
	return true
}

// Apply sorts the findings and takes out those that the options exclude. Call it once, after the
// last Add.
func (r *Report) Apply(o Options) {
	if len(o.Kernels) > 0 {
		r.Kernels = o.Kernels
	}
	r.Findings = slices.DeleteFunc(r.Findings, func(f Finding) bool {
		switch {
		case o.Suppress.matches(&f):
			r.Suppressed++
			return true
		case !r.rules[f.Rule].On.Concerns(r.Kernels):
			r.Elsewhere++
			return true
		}
		r.worst = max(r.worst, f.Severity)
		return false
	})
	slices.SortStableFunc(r.Findings, func(a, b Finding) int { return r.before(&a, &b) })
	r.Unused = o.Suppress.unused()
	r.seen = nil
	r.Limit(o.Max)
}

// Limit keeps at most a number of places of each rule, 0 for all, and counts the others in Left.
// Precondition: Apply was called.
func (r *Report) Limit(places int) {
	if places <= 0 {
		return
	}
	kept := map[string]int{}
	r.Findings = slices.DeleteFunc(r.Findings, func(f Finding) bool {
		kept[f.Rule]++
		if kept[f.Rule] > places {
			r.Left++
			return true
		}
		return false
	})
}

// Exit statuses of the command.
const (
	StatusClean  = 0
	StatusFound  = 1 // a finding of the asked-for severity, or worse
	StatusFailed = 2 // could not look
)

// Status is StatusFound if there is a finding of at least that severity, else StatusClean.
// Findings beyond Options.Max count. 0 never fails. Precondition: Apply was called.
func (r *Report) Status(failOn Severity) int {
	if failOn != 0 && r.worst >= failOn {
		return StatusFound
	}
	return StatusClean
}

// used are the rules that findings violate, in the order of their first finding.
func (r *Report) used() (list []*Rule) {
	for n := range r.Findings {
		if rule := r.rules[r.Findings[n].Rule]; !slices.Contains(list, rule) {
			list = append(list, rule)
		}
	}
	return list
}
