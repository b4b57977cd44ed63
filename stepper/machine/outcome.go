package machine

// Outcome is the result of a pass that reached End.
type Outcome uint8

const (
	OutcomeUnknown   Outcome = iota // no proof either way
	OutcomeCommitted                // the final store was executed
	OutcomeFailed                   // a branch led to End without it
)

func (o Outcome) String() string {
	switch o {
	case OutcomeCommitted:
		return "committed"
	case OutcomeFailed:
		return "failed"
	}
	return "unknown"
}

// failure is a branch inside the section that leads to End.
type failure struct {
	insn   int
	writes RegSet // registers that may be written on some path from Start through it
	tests  RegSet // the registers that its condition is about; 0 if it is about the flags
	// keeps: no instruction after it changes what it tests, so that its condition can be evaluated
	// at End.
	keeps bool
	// shows: if its condition holds at End, it was taken. Every other path to
	// End passes it and does not change what it tests after it.
	shows bool
}

// changes reports whether an instruction may change what the branch tests.
func (f *failure) changes(i *Insn) bool {
	if f.tests == 0 {
		return i.Flags
	}
	return i.Writes&f.tests != 0
}

// findFailures fills Sure, failures and bypassed.
func (b *Body) findFailures(a *Arch) {
	if len(b.Insns) == 0 {
		b.bypassed = true
		return
	}
	g, end := newGraph(b), len(b.Insns)
	toEnd := func(l link) bool { return l.taken && l.to == end }
	pastCommit := func(l link) bool { return l.from == b.commit }
	b.Sure = b.Known() && !g.after(0, pastCommit)[end]
	b.bypassed = !b.Known() || g.after(0, func(l link) bool { return pastCommit(l) || toEnd(l) })[end]
	if b.Sure || len(b.ToEnd) == 0 {
		return
	}
	from := g.after(0, nil)
	for _, addr := range b.ToEnd {
		n, _ := b.index(addr)
		f := failure{insn: n}
		b.findTests(a, g, &f)
		f.shows = f.keeps && b.shows(g, &f)
		for m, leads := range g.before(n) {
			if leads && from[m] {
				f.writes |= b.Insns[m].Writes
			}
		}
		b.failures = append(b.failures, f)
	}
}

// findTests fills in what a branch tests, and whether that is kept. Flags count as kept: they are
// those at End if nothing ran after the branch, which is all that Outcome concludes from them.
func (b *Body) findTests(a *Arch, g *graph, f *failure) {
	i := &b.Insns[f.insn]
	if i.Kind != CondJump {
		return
	}
	if f.keeps = i.ByFlag; f.keeps {
		return
	}
	u, known := a.Usage(i)
	if f.tests = u.Reads; !known || f.tests == 0 || f.changes(i) {
		return
	}
	f.keeps = true
	for m, reached := range g.after(f.insn, nil) {
		if reached && m < len(b.Insns) && f.changes(&b.Insns[m]) {
			f.keeps = false
		}
	}
}

// shows walks back from End, over instructions that keep what a branch tests, and reports
// whether all other paths to End come directly from that branch not taken.
func (b *Body) shows(g *graph, f *failure) bool {
	n := f.insn
	if !b.Known() {
		return false
	}
	seen := make([]bool, len(b.Insns)+1)
	list := []int{len(b.Insns)}
	for len(list) > 0 {
		at := list[len(list)-1]
		list = list[:len(list)-1]
		if seen[at] {
			continue
		}
		seen[at] = true
		for _, l := range g.in[at] {
			switch {
			case l.from == n && l.taken && l.to == len(b.Insns): // the branch in question
			case l.from == n: // not taken, and what it tests is still as at End
			case l.from == 0 || f.changes(&b.Insns[l.from]):
				return false
			default:
				list = append(list, l.from)
			}
		}
	}
	return true
}

// Outcome determines whether a pass that reached End has committed. before is
// the thread's state at the arming store (nil if anything else ran between it
// and Start) and after its state at End.
//
// A branch to End was not taken if its condition does not hold at End, because
// nothing ran after it; nor if a register has changed that nothing on the path
// to it writes. It was taken if its condition holds and every other path would
// have left other flags. If no branch to End was taken, and all other paths
// execute the final store, the pass committed.
func (b *Body) Outcome(before, after *Regs) Outcome {
	if b.Sure {
		return OutcomeCommitted
	}
	if b.bypassed {
		return OutcomeUnknown
	}
	open := false
	for _, f := range b.failures {
		i := &b.Insns[f.insn]
		holds, known := i.Taken(after)
		if !f.keeps {
			known = false // the condition may have changed since: a loop has counted down
		}
		switch {
		case known && holds && f.shows:
			return OutcomeFailed
		case known && !holds:
		case before != nil && changed(before, after)&b.general&^f.writes != 0:
		default:
			open = true
		}
	}
	if open {
		return OutcomeUnknown
	}
	return OutcomeCommitted
}
