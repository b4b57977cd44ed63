package rules

import (
	"fmt"

	"rseqstep/check"
	"rseqstep/check/code"
)

// wayRules are about the ways into a section.
func wayRules() []check.Rule {
	const family = "Ways into a section"
	return []check.Rule{
		{
			Name: "entry-inside", Family: family, Severity: check.Error, Title: "a branch leads into the middle of a section",
			Says:    "A section is entered at its start, through its arming store: who comes in elsewhere has not armed it, or has not compared the CPU's number.",
			Sources: []check.Source{uapi("struct rseq, rseq_cs: set at the beginning of the assembly instruction sequence block"), kernel("comment on the algorithm of sections")},
			On:      check.Everywhere(check.Wrong, "the rest of the section runs unprotected"),
			Advice:  "Branch to the instruction that loads the descriptor's address, before the arming store.",
		},
	}
}

// judgeWays looks for branches into the middle of sections, in the whole file.
func judgeWays(f *code.File) (list []hit) {
	for _, d := range f.BranchesInside() {
		list = append(list, hit{rule: "entry-inside", section: d.Section, at: d.From,
			detail: fmt.Sprintf("This branch leads to %v, %d bytes into the section that begins at %v.", d.To, uint64(d.To-d.Section.Placed.Start), d.Section.Start)})
	}
	return list
}
