package rules

import (
	"fmt"

	"rseqstep/check"
	"rseqstep/check/code"
	"rseqstep/table"
)

// checkedRules are what the kernel itself checks when a thread is interrupted inside a section.
func checkedRules() []check.Rule {
	const family = "What the kernel checks"
	since61 := check.Everywhere(check.Killed, segv+" (since 6.1; older kernels obey some of the flags)")
	return []check.Rule{
		{
			Name: "descriptor-version", Family: family, Severity: check.Error, Title: "the descriptor has a version that no kernel knows",
			Says:    "The version of a struct rseq_cs is 0.",
			Sources: []check.Source{uapi("struct rseq_cs"), kernel("rseq_get_rseq_cs")},
			On:      check.Everywhere(check.Killed, segv), Advice: "Write 0 as the first 4 bytes of the descriptor.",
		},
		{
			Name: "descriptor-flags", Family: family, Severity: check.Error, Title: "the descriptor has flags",
			Says:    "The flags of a struct rseq_cs are 0: no kernel since 6.1 can be asked not to restart a section.",
			Sources: []check.Source{commit("0190e4198e47", "rseq: Deprecate RSEQ_CS_FLAG_NO_RESTART_ON_* flags", "v6.1")},
			On:      since61, Advice: "Write 0 as the second 4 bytes of the descriptor. A section that must not be restarted should not be one.",
		},
		{
			Name: "descriptor-range", Family: family, Severity: check.Error, Title: "the descriptor names addresses that no program has",
			Says:    "start_ip, start_ip + post_commit_offset and abort_ip are addresses of the program, and the sum does not wrap around.",
			Sources: []check.Source{kernel("rseq_get_rseq_cs")},
			On:      check.Everywhere(check.Killed, segv), Advice: "Look at the directives that write the descriptor: start_ip, the length (not the end), abort_ip, 8 bytes each.",
		},
		{
			Name: "abort-inside", Family: family, Severity: check.Error, Title: "the abort handler is inside its own section",
			Says:    "abort_ip lies outside of [start_ip, start_ip + post_commit_offset).",
			Sources: []check.Source{kernel("rseq_get_rseq_cs")},
			On:      check.Everywhere(check.Killed, segv), Advice: "Move the abort handler before the section or behind its end, out of the way of the code that falls through.",
		},
		{
			Name: "abort-signature", Family: family, Severity: check.Error, Title: "the abort handler has no valid signature",
			Says:    "The 4 bytes before abort_ip are the signature that the thread registered. glibc and librseq register RSEQ_SIG; only a program that registers its own areas can use another value, and then in all sections.",
			Sources: []check.Source{uapi("struct rseq_cs"), kernel("rseq_get_rseq_cs"), librseq("include/rseq/arch/x86.h", "RSEQ_SIG")},
			On:      check.Everywhere(check.Killed, segv), Advice: "Put RSEQ_SIG right before the handler's label, with no alignment between the two.",
		},
	}
}

// checkedRule is the rule that a check of the kernel's belongs to.
func checkedRule(c table.Check) string {
	switch c {
	case table.CheckVersion:
		return "descriptor-version"
	case table.CheckFlags:
		return "descriptor-flags"
	case table.CheckInside:
		return "abort-inside"
	case table.CheckSignature:
		return "abort-signature"
	}
	return "descriptor-range"
}

// judgeChecked repeats the kernel's checks. An object file's signatures can be elsewhere until it
// is linked, and then they are not found; that is no finding.
func judgeChecked(f *code.File) (list []hit) {
	own := ownSignature(f)
	for _, s := range f.Sections {
		ranges := false
		for _, failed := range table.Validate(s.Descriptor, s.Signature, table.RulesFor(f.Table.Machine, f.Table.Class, f.Table.ByteOrder)) {
			switch rule := checkedRule(failed.Check); {
			case rule == "descriptor-range" && ranges, rule == "abort-inside" && ranges:
				continue // one mistake
			case rule == "descriptor-range":
				ranges = true
			}
			h := hit{rule: checkedRule(failed.Check), section: s, detail: upper(failed.Error()) + "."}
			if failed.Check == table.CheckSignature {
				if !s.Signature.Found && len(f.Table.Segments) == 0 {
					continue
				}
				h.value = s.Signature.String()
				if own {
					h.severity = check.Warning
					h.detail += fmt.Sprintf(" All %d sections have this value: right only if every thread registers it, which glibc does not.", len(f.Sections))
				}
			}
			list = append(list, h)
		}
	}
	return list
}

// possible reports whether a section's addresses are those of a program.
func possible(f *code.File, s *code.Section) bool {
	for _, failed := range table.Validate(s.Descriptor, s.Signature, table.RulesFor(f.Table.Machine, f.Table.Class, f.Table.ByteOrder)) {
		if checkedRule(failed.Check) == "descriptor-range" {
			return false
		}
	}
	return true
}

// ownSignature reports whether all sections of a file, of which there are several, have the same
// signature, which is not the usual one.
func ownSignature(f *code.File) bool {
	if len(f.Sections) < 2 {
		return false
	}
	for _, s := range f.Sections {
		if !s.Signature.Found || s.Signature != f.Sections[0].Signature {
			return false
		}
	}
	return true
}
