package rules

import (
	"fmt"

	"rseqstep/check"
	"rseqstep/check/code"
	"rseqstep/stepper/machine"
	"rseqstep/table"
)

// bodyRules are about single instructions inside a section.
func bodyRules() []check.Rule {
	const family = "Instructions inside a section"
	return []check.Rule{
		{
			Name: "syscall-inside", Family: family, Severity: check.Error, Title: "a system call inside a section",
			Says:    "A section makes no system call.",
			Sources: []check.Source{kernel("rseq_syscall: terminate process if a syscall is issued within a restartable sequence")},
			On: check.Table{
				check.Until618:      {Effect: check.Wrong, Text: "the call may be made twice, or its result be lost in an abort; killed by SIGSEGV if the kernel has CONFIG_DEBUG_RSEQ"},
				check.From619:       {Effect: check.Wrong, Text: "after the call the section is not restarted: an update can be made on another CPU; killed by SIGSEGV in rseq debug mode"},
				check.From71Legacy:  {Effect: check.Wrong, Text: "after the call the section is not restarted: an update can be made on another CPU; killed by SIGSEGV in rseq debug mode"},
				check.From71Optimal: {Effect: check.Wrong, Text: "after the call the section is not restarted: an update can be made on another CPU; killed by SIGSEGV in rseq debug mode"},
			},
			Advice: "Make the call before the section is armed or after it has committed.",
		},
		{
			Name: "call-inside", Family: family, Severity: check.Error, Title: "a call inside a section",
			Says:    "A section is one piece of code: while a thread is in a function that the section has called, it is outside, and the kernel disarms it.",
			Sources: []check.Source{uapi("struct rseq, rseq_cs: set to NULL by the kernel when it preempts outside of the range targeted by the rseq_cs")},
			On:      check.Everywhere(check.Wrong, "if the thread is interrupted in the function, the rest of the section runs unprotected"),
			Advice:  "Inline the function by hand, in assembly, or call it outside of the section.",
		},
		{
			Name: "trap-inside", Family: family, Severity: check.Error, Title: "an instruction inside a section that raises an exception by design",
			Says:    "The handler of the signal that the exception raises runs after the kernel has aborted the section: the section cannot get past such an instruction.",
			Sources: []check.Source{{Text: "include/linux/rseq.h of Linux 6.18, rseq_signal_deliver: rseq_cs is looked at before a signal is delivered", URL: "https://git.kernel.org/pub/scm/linux/kernel/git/torvalds/linux.git/tree/include/linux/rseq.h?h=v6.18"}},
			On:      check.Everywhere(check.Wrong, "each pass ends in a signal and in the abort handler, so that the section never commits"),
			Advice:  "Remove the breakpoint or the undefined instruction, or move the check that leads to it behind a side exit.",
		},
	}
}

// judgeBody looks for instructions that no section may have.
func judgeBody(s *code.Section) (list []hit) {
	add := func(rule string, at []table.Addr, format string) {
		for _, a := range at {
			list = append(list, hit{rule: rule, section: s, at: a, detail: fmt.Sprintf(format, s.Start)})
		}
	}
	add("syscall-inside", s.Body.Syscalls, "The section that begins at %v makes a system call.")
	add("call-inside", s.Body.Calls, "The section that begins at %v calls a function; in it the thread is outside of the section.")
	for n := range s.Body.Insns {
		if i := &s.Body.Insns[n]; i.Kind == machine.Trap {
			add("trap-inside", []table.Addr{i.Addr}, "The section that begins at %v leads to an instruction that always raises an exception.")
		}
	}
	return list
}
