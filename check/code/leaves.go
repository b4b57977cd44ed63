package code

import (
	"fmt"

	"rseqstep/stepper/machine"
	"rseqstep/table"
)

// Leave is a place outside a section that the section leads to, other than its abort handler.
type Leave struct {
	To  table.Addr
	End bool // it is the section's end: post_commit_ip
	// Why says why a thread at To may not have come from the section, or why no trap may stand
	// there. "": the section alone leads there, so whoever executes the instruction has just left it.
	Why string
}

// Leaves lists where the sections lead to, by section; those without a Body are not in it.
//
// That the section alone leads to a place is said only if the code shows it: no direct branch of the
// file and no instruction before it leads there, and its function has no indirect jump.
func (f *File) Leaves() map[*Section][]Leave {
	out, targets := map[*Section][]Leave{}, map[table.Addr]bool{}
	for _, s := range f.Sections {
		if s.Body == nil {
			continue
		}
		for n := range s.Body.Exits {
			e := &s.Body.Exits[n]
			if end := e.Addr == s.Placed.End; e.Addr != s.Placed.Abort && (end || len(e.From) > 0) {
				out[s] = append(out[s], Leave{To: e.Addr, End: end})
				targets[e.Addr] = true
			}
		}
	}
	ways := f.branchesTo(targets)
	for s, list := range out {
		for n := range list {
			list[n].Why = f.other(s, list[n].To, ways[list[n].To])
		}
	}
	return out
}

// other is Leave.Why of a place that a section leads to, with the branches that lead there.
func (f *File) other(s *Section, to table.Addr, from []table.Addr) string {
	i := f.Insn(to)
	switch {
	case !s.Body.Known():
		return "the section has an indirect jump, or code that does not decode"
	case len(f.image.AllAt(to)) > 0:
		return fmt.Sprintf("%v is in a section", to)
	case len(f.image.HandlersIn(to, to+1)) > 0:
		return fmt.Sprintf("%v is an abort handler: the kernel leads there, too", to)
	case i == nil || f.IsSignature(to):
		return fmt.Sprintf("there is no instruction at %v", to)
	case f.mayArm(i):
		return fmt.Sprintf("the instruction at %v may arm a section", to)
	}
	for _, at := range from {
		if !s.Placed.Contains(at) {
			return fmt.Sprintf("the branch at %v leads to %v, too", at, to)
		}
	}
	l := f.layout(to)
	if l == nil {
		return fmt.Sprintf("the function around %v is not known", to)
	}
	if entry, ok := f.Entry(to); ok && entry == to {
		return fmt.Sprintf("a function begins at %v", to)
	}
	for at := to - min(to, machine.MaxLen); at < to; at++ {
		if before := f.Insn(at); l.Begins(at) && before != nil && before.Next() == to && before.Continues() && !s.Placed.Contains(at) {
			return fmt.Sprintf("the instruction at %v leads to %v, too", at, to)
		}
	}
	for _, a := range []table.Addr{s.Placed.Start, to} {
		if at, ok := f.indirect(a); ok {
			return fmt.Sprintf("the indirect jump at %v may lead to %v, too", at, to)
		}
	}
	return ""
}

// mayArm reports whether an instruction can be an arming store: one that the code shows, or one of
// the same form.
func (f *File) mayArm(i *machine.Insn) bool {
	if i.Store.Size != 8 || i.Kind != machine.Plain || i.Store.Segment == machine.NoReg && i.Store.Base == f.Arch.SP {
		return false
	}
	for _, s := range f.Sections {
		if a := s.Arming; a == nil || a.Addr == i.Addr || a.Store.Disp == i.Store.Disp && a.Store.Segment == i.Store.Segment {
			return true
		}
	}
	return false
}

// indirect finds an indirect jump in the function at an address that may lead anywhere in it. One
// through a word at a fixed place is a call of another function: the procedure linkage table's.
func (f *File) indirect(a table.Addr) (at table.Addr, ok bool) {
	fn, known := f.set.Function(a)
	l := f.layout(a)
	if !known || l == nil {
		return 0, false
	}
	if found, ok := f.indirects[fn.Entry]; ok {
		return found, found != 0
	}
	for _, r := range fn.Ranges {
		for a := r.Low; a < r.High && at == 0; a++ {
			if !l.Begins(a) {
				continue
			}
			if i := f.Insn(a); i != nil && i.Kind == machine.IndirectJump {
				if u, ok := f.Arch.Usage(i); !ok || u.Loaded == 0 || !u.Load.PCRelative {
					at = a
				}
			}
		}
	}
	f.indirects[fn.Entry] = at
	return at, at != 0
}

// branchesTo finds the direct branches and calls of the file that lead to some places, by place. A
// branch in bytes that the flow of their function does not reach counts, too: they may be code.
func (f *File) branchesTo(targets map[table.Addr]bool) map[table.Addr][]table.Addr {
	found := map[machine.Branch]bool{}
	all := machine.Range{Low: ^table.Addr(0)}
	for to := range targets {
		all.Low, all.High = min(all.Low, to), max(all.High, to+1)
	}
	if len(targets) == 0 {
		return nil
	}
	into := func(from, to table.Addr) {
		if b := (machine.Branch{From: from, To: to}); targets[to] && !found[b] && f.mayBranch(b) {
			found[b] = true
		}
	}
	f.eachText(func(at table.Addr, code []byte) { f.Arch.Branches(at, code, all, true, into) })
	for to := range targets {
		f.near(machine.Range{Low: to, High: to + 1}, into)
	}
	out := map[table.Addr][]table.Addr{}
	for b := range found {
		out[b.To] = append(out[b.To], b.From)
	}
	return out
}

// mayBranch reports whether bytes that look like a branch can be one: they are the end of an
// instruction that leads there, or no known instruction covers them.
func (f *File) mayBranch(b machine.Branch) bool {
	l := f.layout(b.From)
	if l == nil {
		return true
	}
	if !l.Begins(b.From) && !l.Within(b.From) {
		return true
	}
	for at := b.From - min(b.From, machine.MaxLen); at <= b.From; at++ { // a prefix may precede it
		if !l.Begins(at) {
			continue
		}
		if i := f.Insn(at); i != nil && b.From < i.Next() && i.Target == b.To {
			return true
		}
	}
	return false
}
