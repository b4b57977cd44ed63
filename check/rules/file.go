package rules

import (
	"fmt"

	"rseqstep/check"
	"rseqstep/check/code"
	"rseqstep/table"
)

// hit is a place in a file that violates a rule.
type hit struct {
	rule     string
	severity check.Severity // 0: the rule's
	section  *code.Section  // nil for none
	at       table.Addr     // the instruction; 0: the section's declaration
	detail   string
	path     []code.Step
	value    string
}

// judges are the functions that judge a file, in the order of the catalogue.
func judges() []func(*code.File) []hit {
	return []func(*code.File) []hit{
		judgeChecked, judgeDeclared, each(judgeBody), each(judgeStores), each(judgeCPU), judgeWays, each(judgeHandler), each(judgeRegisters),
	}
}

// each judges section by section those whose code is known, and short enough to be one's.
func each(judge func(*code.Section) []hit) func(*code.File) []hit {
	return func(f *code.File) (list []hit) {
		for _, s := range f.Sections {
			if s.Ordered() {
				list = append(list, judge(s)...)
			}
		}
		return list
	}
}

// File adds to a report what is wrong in a file, and what was looked at.
func File(r *check.Report, f *code.File) {
	r.Watched.Files = append(r.Watched.Files, f.Path)
	r.Watched.Declared += len(f.Sections)
	for _, s := range f.Sections {
		if s.Ordered() && len(s.Body.Lost) == 0 {
			r.Watched.Decoded++
		}
	}
	if f.Reason != "" && len(f.Sections) > 0 {
		r.Watched.Reason = f.Reason
	}
	for _, judge := range judges() {
		for _, h := range judge(f) {
			r.Add(h.finding(f))
		}
	}
	if n := len(f.Undeclared()); n > 0 && !f.Headers() {
		r.Problems = append(r.Problems, fmt.Sprintf("%s has no section headers, so that its sections cannot be found; the signatures of %d abort handlers show that it has some", f.Path, n))
	}
	for _, s := range f.Sections {
		switch {
		case s.Err != nil && s.PostCommitOffset != 0: // an empty section is a finding
			r.Problems = append(r.Problems, fmt.Sprintf("%s: the code of the section at %v: %v", f.Path, s.Start, s.Err))
		case s.Body != nil && !s.Ordered():
			r.Problems = append(r.Problems, fmt.Sprintf("%s: the section at %v has %d instructions, too many to be judged", f.Path, s.Start, len(s.Body.Insns)))
		case s.Body != nil && len(s.Body.Lost) > 0:
			r.Problems = append(r.Problems, fmt.Sprintf("%s: the section at %v leads to %v, where no known instruction is", f.Path, s.Start, s.Body.Lost[0]))
		}
	}
}

// finding is a hit as a finding.
func (h *hit) finding(f *code.File) check.Finding {
	out := check.Finding{Rule: h.rule, Severity: h.severity, Detail: h.detail, Path: f.Places(h.path), Value: h.value}
	switch {
	case h.at != 0:
		out.Where = f.Place(h.at)
	case h.section != nil:
		out.Where = h.section.Where()
	default:
		out.Where = check.Place{Module: f.Path, BuildID: f.Table.BuildID}
	}
	if h.section != nil {
		out.Section = h.section.Info()
	}
	return out
}
