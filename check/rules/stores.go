package rules

import (
	"fmt"

	"rseqstep/check"
	"rseqstep/check/code"
	"rseqstep/stepper/machine"
)

// storeRules are about what a section makes visible, and when.
func storeRules() []check.Rule {
	const family = "Stores and the commit"
	doubled := "an abort behind the store leaves it done, and the retry does it again"
	return []check.Rule{
		{
			Name: "store-before-commit", Family: family, Severity: check.Warning, Title: "a shared value is changed before the commit",
			Says: "A section commits with one store, its last instruction. What it stores before must not be visible to anybody until then: " +
				"a place that it has only filled, never one that it has read, added to, or that has a name of its own.",
			Sources: []check.Source{kernel("comment on the algorithm of sections: the last instruction commits"), librseq("include/rseq/rseq.h", "rseq_load_cbne_store_store__ptr")},
			On:      check.Everywhere(check.Wrong, doubled), Advice: "Compute the new value in a register and store it once, at the end. Two places cannot be changed by one section: let one store publish both.",
		},
		{
			Name: "commit-not-last", Family: family, Severity: check.Error, Title: "instructions follow the commit inside the section",
			Says:    "The section ends right behind the store that commits: [start_ip, start_ip + post_commit_offset).",
			Sources: []check.Source{uapi("struct rseq_cs: post_commit_offset"), kernel("comment on the algorithm of sections")},
			On:      check.Everywhere(check.Wrong, "a thread that is interrupted between the commit and the end is aborted although it has committed: "+doubled),
			Advice:  "Put the label of the end right behind the committing store, and the rest after it.",
		},
		{
			Name: "no-commit", Family: family, Severity: check.Error, Title: "no way leads out of the section but an abort",
			Says:    "Control can leave a section at its end or through a side exit.",
			Sources: []check.Source{uapi("struct rseq_cs: post_commit_offset")},
			On:      check.Everywhere(check.Wrong, "the thread stays in the section until it is interrupted, and is then aborted, for ever"),
			Advice:  "Look at the branches of the section: a loop has no exit, or the end is behind an unconditional jump.",
		},
	}
}

// outward reports whether an access is a store that others can see some time: not to the
// function's frame, nor to the thread's area.
func outward(a *code.Access) bool { return a.Store && !a.Stack && !a.InArea }

// judgeStores looks at the order of a section's stores.
func judgeStores(s *code.Section) (list []hit) {
	all := s.Accesses()
	visible := func(n int) string {
		a := &all[n]
		switch {
		case a.Both:
			return "reads and changes it in one instruction"
		case a.Mem.PCRelative:
			return "names a variable of the program"
		}
		for k := range all[:n] {
			if b := &all[k]; !b.Store && !b.InArea && b.Same == a.Same && b.Insn != a.Insn && s.After(b.Insn).Has(a.Insn.Addr) {
				return fmt.Sprintf("has read the same place at %v", b.Insn.Addr)
			}
		}
		return ""
	}
	for n := range all {
		a := &all[n]
		if !outward(a) {
			continue
		}
		why := visible(n)
		if why == "" {
			continue
		}
		after := s.After(a.Insn)
		more := (*machine.Insn)(nil)
		for k := range all {
			if b := &all[k]; outward(b) && after.Has(b.Insn.Addr) && b.Insn.Addr != a.Insn.Addr {
				more = b.Insn
			}
		}
		switch {
		case more != nil:
			list = append(list, hit{rule: "store-before-commit", section: s, at: a.Insn.Addr,
				detail: fmt.Sprintf("This store%s %s, and the section stores again at %v: an abort between the two leaves it visible.", quote(s.InWords(a.Insn.Addr)), why, more.Addr)})
		case after.Inside() && !after.Has(a.Insn.Addr): // in a loop the last store of a round is not the last one
			list = append(list, hit{rule: "commit-not-last", section: s, at: a.Insn.Addr,
				detail: fmt.Sprintf("This store%s is the section's last, and the section ends only at %v, %d bytes behind it.", quote(s.InWords(a.Insn.Addr)), s.End, uint64(s.Placed.End-a.Insn.Next()))})
		}
	}
	if s.Body.Known() && len(s.Body.Insns) > 0 && !leaves(s) {
		list = append(list, hit{rule: "no-commit", section: s, at: s.Placed.Start,
			detail: fmt.Sprintf("No path from %v leads to the end at %v or to a side exit.", s.Start, s.End)})
	}
	return list
}

// leaves reports whether a section has an exit other than its abort handler.
func leaves(s *code.Section) bool {
	for _, x := range s.Body.Exits {
		if x.Kinds&machine.ExitBranch != 0 && x.Addr != s.Placed.Abort && x.Addr != s.Placed.End {
			return true
		}
	}
	first := &s.Body.Insns[0]
	if i := s.Body.Insn(s.Placed.Start); i != nil {
		first = i
	}
	return s.After(first).Has(s.Placed.End)
}
