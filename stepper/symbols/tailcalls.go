package symbols

import (
	"slices"

	"rseqstep/stepper"
	"rseqstep/stepper/machine"
	"rseqstep/table"
)

// maxTails bounds the search for the tail calls between two frames.
const maxTails = 1000

// tailSearch is the search for the tail calls by which a function was reached from the function
// that a call names. Its result is what all ways have in common.
type tailSearch struct {
	set    *Set
	callee table.Addr
	path   []site
	steps  int

	found          bool
	first          []site // the first way that was found
	before, behind int    // how many tail calls at its begin and at its end all ways share
}

// appendTails adds the frames of the functions that ended in a tail call, between a function and
// its caller. As gdb does, it adds those that must have been there, or none if there may be ways
// that the debug information does not know.
func (s *Set) appendTails(out []stepper.Frame, at table.Addr, st step, mem machine.Memory, max int) []stepper.Frame {
	call, ok := s.callTo(st.caller.PC())
	if !ok {
		return out
	}
	first, ok := s.target(call)
	callee, known := s.Function(at)
	if !ok || !known || first == callee.Entry {
		return out
	}
	w := &tailSearch{set: s, callee: callee.Entry}
	if !w.from(first) || !w.found {
		return out
	}
	for _, list := range [][]site{w.first[len(w.first)-w.behind:], w.first[:w.before]} {
		for i := len(list) - 1; i >= 0 && len(out) < max; i-- {
			r := st.caller
			ret := list[i].after(r.Arch(), mem)
			r.SetPC(ret)
			n := len(out)
			out = s.appendFrames(out, &r, ret-1, step{cfa: st.cfa}, max)
			for ; n < len(out); n++ {
				out[n].Tail = true
			}
		}
	}
	return out
}

// from follows the tail calls of the function at an entry. It returns false if the ways are not
// known or have nothing in common.
func (w *tailSearch) from(entry table.Addr) bool {
	if w.steps++; w.steps > maxTails {
		return false
	}
	if entry == w.callee {
		return w.reached()
	}
	list, ok := w.set.tails(entry)
	if !ok {
		return false
	}
	for _, c := range list {
		target, ok := w.set.target(c)
		if !ok {
			return false
		}
		if slices.Contains(w.path, c) {
			continue
		}
		w.path = append(w.path, c)
		ok = w.from(target)
		w.path = w.path[:len(w.path)-1]
		if !ok {
			return false
		}
	}
	return true
}

// reached takes one way into account.
func (w *tailSearch) reached() bool {
	if !w.found {
		w.found, w.first, w.before = true, slices.Clone(w.path), len(w.path)
		return true
	}
	n := 0
	for n < min(w.before, len(w.path)) && w.first[n] == w.path[n] {
		n++
	}
	most := w.behind
	if w.before == len(w.first) { // until now there was one way
		most = len(w.first)
	}
	k := 0
	for k < min(most, len(w.first)-n, len(w.path)-n) && w.first[len(w.first)-1-k] == w.path[len(w.path)-1-k] {
		k++
	}
	w.before, w.behind = n, k
	return n+k > 0
}

// after is the address behind the jump of a tail call.
func (c site) after(arch *machine.Arch, mem machine.Memory) table.Addr {
	if c.ret != 0 {
		return c.m.process(c.ret)
	}
	at := c.m.process(c.jump)
	var code [machine.MaxLen]byte
	n, _ := mem.ReadMemory(at, code[:])
	if i, err := arch.Decode(at, code[:n]); err == nil {
		return i.Next()
	}
	return at + 1
}

// CallsItself reports whether a function may have been entered by a tail call of its own, directly
// or through others; then what its caller passed is not what it was entered with.
func (s *Set) CallsItself(entry table.Addr) bool {
	seen := map[table.Addr]bool{}
	for todo := []table.Addr{entry}; len(todo) > 0; {
		list, ok := s.tails(todo[0])
		if todo = todo[1:]; !ok || len(seen) > maxTails {
			return true
		}
		for _, c := range list {
			target, ok := s.target(c)
			if !ok || target == entry {
				return true
			}
			if !seen[target] {
				seen[target] = true
				todo = append(todo, target)
			}
		}
	}
	return false
}
