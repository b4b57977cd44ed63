package watch

import (
	"errors"
	"slices"

	"rseqstep/stepper/ledger"
	"rseqstep/table"
)

// A thread has four debug registers. Three watch the kernel's fields of its own area all the time. What
// else there is to watch takes turns in the fourth: see (*Watch).turn.

// inTurn are the kinds that take turns, in their order, for a thread with a registered area.
func inTurn() []kind { return []kind{points, others, calls} }

// turn gives the fourth debug register of a held thread to the next kind, in each round, and when one
// has seen enough: each kind once in a round. A thread without an area has its calls only.
func (w *Watch) turn(th *thread) error {
	if !th.config.Registered() {
		return w.watchCalls(th)
	}
	if th.tired || th.calling {
		return nil
	}
	if th.round != w.round {
		th.round, th.left = w.round, len(inTurn())
		for slot, f := range th.slots {
			if slices.Contains(inTurn(), f.kind) {
				if err := w.free(th, slot); err != nil {
					return err
				}
			}
		}
	}
	for th.left > 0 && !slices.ContainsFunc(inTurn(), th.watches) {
		th.left--
		k := inTurn()[th.turns%len(inTurn())]
		if w.suspicious(th) {
			k = others // before anything else
		} else {
			th.turns++
		}
		set := w.watchCalls
		switch k {
		case points:
			set = w.watchPointer
		case others:
			set = w.watchOther
		}
		if err := set(th); err != nil {
			return err
		}
	}
	return nil
}

// watches reports whether a thread has a debug register of a kind.
func (th *thread) watches(k kind) bool {
	for _, f := range th.slots {
		if f.kind == k {
			return true
		}
	}
	return false
}

// free frees one debug register of a thread.
func (w *Watch) free(th *thread, slot int) error {
	delete(th.slots, slot)
	return w.o.Unwatch(th.tid, slot)
}

// set sets a free debug register of a held thread to what f says, if there is one.
func (w *Watch) set(th *thread, f field) error {
	slot, err := w.o.Watch(th.tid, f.at, f.length)
	switch {
	case errors.Is(err, ledger.ErrNoSlot):
		return nil
	case err == nil:
		th.slots[slot] = f
	}
	return err
}

// maxPointed is how many stores to rseq_cs a thread makes under watch in one turn. Behind each the
// thread has stopped, so that the kernel restarts the section that it has just armed.
const maxPointed = 8

// watchPointer watches what a held thread stores to rseq_cs: that is where sections are seen that no
// file declares.
func (w *Watch) watchPointer(th *thread) error {
	th.pointed = 0
	return w.set(th, field{at: th.config.CSField(), length: 8, kind: points})
}

// pointed looks at a store to rseq_cs.
func (w *Watch) pointed(th *thread, slot int, f field) error {
	if th.pointed++; th.pointed >= maxPointed {
		if err := w.free(th, slot); err != nil {
			return err
		}
	}
	value, ok := w.word(f.at)
	if !ok || value == 0 || f.at != th.config.CSField() {
		return nil
	}
	r, err := w.engine.Regs(th.tid)
	if err != nil {
		return err
	}
	at := r.PC()
	if insn, found := w.o.Writer(&r, f.at, f.length); found {
		at = insn.Addr
	}
	w.pointsTo(th, table.Addr(value), at)
	return nil
}
