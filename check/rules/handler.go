package rules

import (
	"fmt"

	"rseqstep/check"
	"rseqstep/check/code"
	"rseqstep/stepper/machine"
	"rseqstep/table"
)

// handlerRules are about abort handlers and what follows them.
func handlerRules() []check.Rule {
	const family = "Abort handlers"
	return []check.Rule{
		{
			Name: "handler-in-section", Family: family, Severity: check.Error, Title: "an abort handler is inside another section",
			Says:    "The kernel disarms a section when it aborts it: a handler that is code of another section runs there unarmed.",
			Sources: []check.Source{uapi("struct rseq, rseq_cs: set to NULL by the kernel when it restarts")},
			On:      check.Everywhere(check.Wrong, "the rest of the other section runs unprotected"),
			Advice:  "Move the handler out of the section.",
		},
		{
			Name: "handler-into-data", Family: family, Severity: check.Error, Title: "an abort handler falls through into data",
			Says:    "A handler ends with a jump, a return or a call that does not return.",
			Sources: []check.Source{uapi("struct rseq_cs: abort_ip")},
			On:      check.Everywhere(check.Killed, "an aborted thread executes the next signature or what else is there, and dies of SIGILL or SIGSEGV"),
			Advice:  "End the handler with a jump to the retry.",
		},
		{
			Name: "retry-unarmed", Family: family, Severity: check.Error, Title: "an abort handler leads back into the section behind the arming store",
			Says:    "The kernel sets rseq_cs to NULL when it aborts a section: a retry passes the arming store again.",
			Sources: []check.Source{uapi("struct rseq, rseq_cs: set to NULL by the kernel when it restarts an assembly instruction sequence block")},
			On:      check.Everywhere(check.Wrong, "the retry runs unprotected: a second interruption loses an update, or changes another CPU's data"),
			Advice:  "Jump to the instruction that loads the descriptor's address.",
		},
		{
			Name: "register-changed", Family: family, Severity: check.Warning, Title: "an abort handler or the retry reads a register that the section changes",
			Says:    "At abort_ip the registers hold what the interrupted section had left in them. A register that the section writes has to be loaded again before it is used.",
			Sources: []check.Source{kernel("rseq_ip_fixup: only the instruction pointer changes"), {Text: "GCC manual, Extended Asm: clobbers and asm goto"}},
			On:      check.Everywhere(check.Wrong, "the retry works with a half-computed value"),
			Advice:  "Name the register as clobbered, or as an output, in the asm statement, or load it again in the handler.",
		},
	}
}

// judgeHandler follows a section's abort handler.
func judgeHandler(s *code.Section) (list []hit) {
	if s.Contains(s.Abort) || !s.File.Executable(s.Abort, 1) {
		return nil // another finding
	}
	for _, other := range s.File.Within(s.Placed.Abort) {
		if other.Start == s.Start && other.End == s.End {
			continue
		}
		list = append(list, hit{rule: "handler-in-section", section: s, at: s.Placed.Abort,
			detail: fmt.Sprintf("The abort handler of the section that begins at %v is %d bytes into the section that begins at %v.", s.Start, uint64(s.Abort-other.Start), other.Start)})
	}
	if h := fallsIntoData(s); h != nil {
		list = append(list, *h)
	}
	if h := retriesUnarmed(s); h != nil {
		list = append(list, *h)
	}
	return list
}

// fallsIntoData follows the handler as far as control has no choice.
func fallsIntoData(s *code.Section) (found *hit) {
	straight := true
	s.File.Walk(s.Placed.Abort, func(i *machine.Insn, _ func() []table.Addr) bool {
		switch i.Kind {
		case machine.CondJump, machine.Call, machine.IndirectCall, machine.Syscall: // a call may not return
			straight = false
		}
		return straight
	}, func(at, after table.Addr) {
		if after == 0 {
			after = s.Placed.Abort // the handler itself is none
		}
		what := "bytes that are no instruction"
		if s.File.IsSignature(at) {
			what = "the signature of an abort handler"
		}
		found = &hit{rule: "handler-into-data", section: s, at: after, detail: fmt.Sprintf("The abort handler at %v goes on at %v, where %s.", s.Abort, at, stands(what))}
	})
	return found
}

func stands(what string) string {
	if what == "bytes that are no instruction" {
		return "no instruction is"
	}
	return what + " stands"
}

// retriesUnarmed looks for a path from the abort handler into the section that passes no store
// that can arm it.
func retriesUnarmed(s *code.Section) (found *hit) {
	a := s.Arming
	if a == nil {
		return nil
	}
	// arms: at least a store that looks like an arming store, whatever register holds the area.
	arms := func(i *machine.Insn) bool {
		st := &i.Store
		return i.Addr == a.Addr || st.Size == 8 && i.Kind == machine.Plain && (st.Segment != machine.NoReg || st.Disp == a.Store.Disp)
	}
	s.File.Walk(s.Placed.Abort, func(i *machine.Insn, way func() []table.Addr) bool {
		switch {
		case found != nil || arms(i):
			return false
		case !s.Placed.Contains(i.Addr):
			return true
		}
		if inside := s.Placed.Contains(a.Addr); inside && i.Addr <= a.Addr {
			return false // the section begins with its arming store
		}
		var path []code.Step
		for _, at := range way() {
			path = append(path, code.Step{At: at})
		}
		path[0].Note = "the abort handler"
		path[len(path)-1].Note = "inside the section"
		found = &hit{rule: "retry-unarmed", section: s, at: last(s, path), path: path,
			detail: fmt.Sprintf("From here the abort handler's path enters the section at %v, behind the arming store at %v.", i.Addr, a.Addr)}
		return false
	}, nil)
	return found
}

// last is the place from which a path enters the section.
func last(s *code.Section, path []code.Step) table.Addr {
	if len(path) > 1 {
		return path[len(path)-2].At
	}
	return s.Placed.Abort
}
