package ledger

import (
	"cmp"
	"errors"
	"fmt"
	"slices"

	"rseqstep/stepper/tracee"
	"rseqstep/table"
)

// loan is one change to undo: it has no owner left, or an earlier attempt to undo it has failed.
type loan struct {
	what  string       // what is wrong as long as the change remains
	tid   int          // the thread it belongs to; 0: the process
	harms bool         // the change harms the program if the debugger detaches
	back  func() error // undoes the change and removes its entry
	drop  func()       // removes its entry only
}

// due lists the changes to undo, in the order in which GiveBack undoes them. A thread in a quiet
// phase, whose registration is lifted on purpose, keeps its signals blocked. Every command asks:
// in most of them, nothing is due.
func (b *Book) due() (list []loan) {
	for _, a := range inOrder(b.traps, cmp.Compare[table.Addr], func(t *trap) bool { return len(t.owners) == 0 || t.out }) {
		l := loan{what: fmt.Sprintf("the breakpoint at %v could not be removed", a), harms: true,
			back: func() error { return b.removeTrap(a) }, drop: func() { delete(b.traps, a) }}
		if len(b.traps[a].owners) > 0 {
			l.what, l.harms = fmt.Sprintf("the breakpoint at %v could not be inserted again", a), false
			l.back = func() error { return b.PutBack(a) }
		}
		list = append(list, l)
	}
	for n, r := range b.every {
		if r.set && r.owner == (Owner{}) {
			list = append(list, loan{what: fmt.Sprintf("debug register %d could not be freed", n), harms: true,
				back: func() error { return b.freeEvery(n) }, drop: func() { b.every[n] = register{} }})
		}
	}
	bySlot := func(x, y slot) int { return cmp.Or(cmp.Compare(x.tid, y.tid), cmp.Compare(x.n, y.n)) }
	for _, at := range inOrder(b.own, bySlot, func(r register) bool { return r.owner == (Owner{}) }) {
		list = append(list, loan{what: fmt.Sprintf("debug register %d could not be freed", at.n), tid: at.tid, harms: true,
			back: func() error { return b.freeOwn(at) }, drop: func() { delete(b.own, at) }})
	}
	for _, at := range inOrder(b.hidden, bySlot, func(bool) bool { return true }) {
		list = append(list, loan{what: fmt.Sprintf("debug register %d could not be set again", at.n), tid: at.tid,
			back: func() error { return b.show(at) }, drop: func() { delete(b.hidden, at) }})
	}
	for _, tid := range inOrder(b.exits, cmp.Compare[int], func(Exit) bool { return true }) {
		list = append(list, loan{what: "it would have done the work of a critical section again", tid: tid, harms: true,
			back: func() error { return b.TakeExit(tid) }, drop: func() { delete(b.exits, tid) }})
	}
	for _, tid := range inOrder(b.lifted, cmp.Compare[int], func(l *lift) bool { return l.over }) {
		list = append(list, loan{what: "its rseq registration could not be restored, so its critical sections would have run unprotected", tid: tid, harms: true,
			back: func() error { return b.restore(tid) }, drop: func() { delete(b.lifted, tid) }})
	}
	for _, tid := range inOrder(b.masks, cmp.Compare[int], func(uint64) bool { return true }) {
		if l := b.lifted[tid]; l == nil || l.over {
			list = append(list, loan{what: "its signals would have stayed blocked", tid: tid, harms: true,
				back: func() error { return b.unblockRegistered(tid) }, drop: func() { delete(b.masks, tid) }})
		}
	}
	return list
}

// affinity is the loan of the pinned thread's affinity, if there is one and no quiet phase needs it: a
// command may leave it for the next one.
func (b *Book) affinity() (list []loan) {
	if b.pinned != 0 && !b.liftedByIntent() {
		list = []loan{{what: "its affinity could not be restored", back: b.unpinRegistered, drop: func() { b.pinned = 0 }}}
	}
	return list
}

// liftedByIntent reports whether a registration is lifted on purpose, not because Restore has
// failed.
func (b *Book) liftedByIntent() bool {
	for _, l := range b.lifted {
		if !l.over {
			return true
		}
	}
	return false
}

// unblockRegistered is UnblockSignals, but only for a thread whose registration is restored.
func (b *Book) unblockRegistered(tid int) error {
	if b.Lifted(tid) {
		return nil
	}
	return b.UnblockSignals(tid)
}

// unpinRegistered is Unpin, but only when every registration is restored: a section commits on
// the CPU on which it began.
func (b *Book) unpinRegistered() error {
	if len(b.lifted) > 0 {
		return nil
	}
	return b.Unpin()
}

// GiveBack undoes every change without an owner, those that an earlier attempt failed to undo,
// and those that a command makes only for its own duration. It records what fails and repeats it
// on the next call. It removes the entries of a thread that is gone. It returns the joined
// errors.
// Precondition: every thread is held.
func (b *Book) GiveBack() error {
	if !b.p.Alive() {
		b.Ended()
		return nil
	}
	var errs error
	for _, l := range append(b.due(), b.affinity()...) {
		if l.tid != 0 && !b.p.Held(l.tid) { // it has ended, although its exit may not be reported yet
			l.drop()
			continue
		}
		err := l.back()
		if tracee.IsGone(err) && b.Gone(l.tid) {
			l.drop()
			continue
		}
		errs = errors.Join(errs, err)
	}
	b.end()
	return errs
}

// DropOwner removes an owner from all breakpoints, and frees the debug registers that it has of single
// threads. It joins the errors; what fails stays for GiveBack.
// Precondition: every thread is held.
func (b *Book) DropOwner(o Owner) (err error) {
	for _, a := range b.Traps() {
		err = errors.Join(err, b.Unplant(a, o))
	}
	for at, r := range b.own {
		if r.owner == o {
			err = errors.Join(err, b.FreeDebugIn(at.tid, at.n, o))
		}
	}
	return err
}

// inOrder returns in order the keys of those entries of a map that are due.
func inOrder[K comparable, V any](m map[K]V, compare func(K, K) int, due func(V) bool) (keys []K) {
	for k, v := range m {
		if due(v) {
			keys = append(keys, k)
		}
	}
	slices.SortFunc(keys, compare)
	return keys
}

// Outstanding reports whether an attempt to undo a change has failed and the change remains.
func (b *Book) Outstanding() bool {
	return len(b.due()) > 0
}

// Harm returns an error that names the changes that would harm the program if the debugger
// detached now, nil if there are none.
func (b *Book) Harm() error {
	for _, l := range b.due() {
		switch {
		case !l.harms:
		case l.tid == 0:
			return errors.New(l.what)
		default:
			return fmt.Errorf("thread %d: %s", l.tid, l.what)
		}
	}
	return nil
}

// Gone reports whether a thread is really gone after a request has returned ESRCH, or with tid 0,
// whether the process is.
func (b *Book) Gone(tid int) bool {
	for _, t := range b.p.Threads() {
		if tid == 0 || t == tid {
			if _, err := b.p.SignalMask(t); err == nil {
				return false
			}
		}
	}
	return true
}
