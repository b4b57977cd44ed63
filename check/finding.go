package check

import (
	"cmp"
	"slices"
)

// Finding is one place that violates a rule.
type Finding struct {
	Rule     string   `json:"rule"`
	Severity Severity `json:"severity"` // 0 in Add: the rule's
	Detail   string   `json:"detail"`   // one sentence about this place
	Where    Place    `json:"where"`
	Section  *Section `json:"section,omitempty"`   // the critical section concerned; nil for none
	Path     []Place  `json:"path,omitempty"`      // how control gets there, in order; last is Where or follows it
	Count    uint64   `json:"count"`               // how often; 0 in Add: 1
	Threads  []int    `json:"threads,omitempty"`   // ids of the threads that did it, sorted; none for a file
	Stack    []Place  `json:"backtrace,omitempty"` // at the first time, innermost first
	Value    string   `json:"value,omitempty"`     // what was stored, returned or found, if that matters
}

// Place is a place in code or data.
type Place struct {
	Module   string  `json:"module,omitempty"`   // path of the file
	BuildID  string  `json:"build_id,omitempty"` // of the file, hexadecimal
	Function string  `json:"function,omitempty"` // demangled
	Offset   uint64  `json:"offset,omitempty"`   // bytes from the function's start
	File     string  `json:"file,omitempty"`     // source
	Line     int     `json:"line,omitempty"`
	Address  Address `json:"address,omitempty"` // in the module: as its file states it
	Process  Address `json:"process_address,omitempty"`
	Text     string  `json:"instruction,omitempty"` // the instruction there, or the data in words
	Note     string  `json:"note,omitempty"`        // in a path: what happens there
}

// Section identifies a critical section. Addresses are file addresses.
type Section struct {
	Function   string  `json:"function,omitempty"` // symbol+offset
	Descriptor Address `json:"descriptor"`
	Start      Address `json:"start"`
	End        Address `json:"end"`
	Abort      Address `json:"abort"`
}

// key is what makes two findings one.
type key struct {
	rule, module, detail string
	address, descriptor  Address
}

func (f *Finding) key() key {
	k := key{rule: f.Rule, module: f.Where.Module, address: f.Where.Address}
	if f.Where.Address == 0 {
		k.detail = f.Detail // a finding about a thread or a call, without a place
	}
	if f.Section != nil {
		k.descriptor = f.Section.Descriptor
	}
	return k
}

// merge adds a later finding of the same place.
func (f *Finding) merge(later *Finding) {
	f.Count += later.Count
	f.Severity = max(f.Severity, later.Severity)
	f.Threads = append(f.Threads, later.Threads...)
	slices.Sort(f.Threads)
	f.Threads = slices.Compact(f.Threads)
}

// before orders findings: worst first, what was seen before what was read, then by rule and place.
func (r *Report) before(a, b *Finding) int {
	return cmp.Or(cmp.Compare(b.Severity, a.Severity), r.rules[a.Rule].order(r.rules[b.Rule]), cmp.Compare(a.Rule, b.Rule), cmp.Compare(a.Where.Module, b.Where.Module),
		cmp.Compare(a.Where.Address, b.Where.Address), cmp.Compare(a.Detail, b.Detail))
}
