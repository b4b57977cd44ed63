package watch

import (
	"maps"
	"slices"

	"rseqstep/stepper"
	"rseqstep/stepper/machine"
	"rseqstep/table"
)

// Debug registers belong to a thread, and an area to the thread that has registered it. So each thread
// watches, in turn, what it stores to the first fields of another thread's area.

// Overwritten is an area whose first fields have changed, though its thread has not stored there.
type Overwritten struct {
	TID        int
	Area       table.Addr
	Start, CPU uint32 // what cpu_id_start and cpu_id contain; the kernel writes one value to both
	Size       uint32 // of the registration, bytes
	Glibc      bool
}

// claim is a store to an area that is another thread's if that thread still has it: the C library gives
// the memory of a thread that has ended to a new one.
type claim struct {
	store *Store
	owner int
	area  table.Addr
}

// watchOther sets a debug register of a held thread to the area of another one: one that somebody has
// written to, or the next.
func (w *Watch) watchOther(th *thread) error {
	o := w.other(th)
	if o == nil {
		return nil
	}
	th.foreign = 0
	return w.set(th, field{at: o.config.Area, length: 8, kind: others, owner: o.tid})
}

// other chooses the thread whose area another one watches.
func (w *Watch) other(th *thread) *thread {
	var list []*thread
	for _, tid := range slices.Sorted(maps.Keys(w.threads)) {
		o := w.threads[tid]
		if o == th || !o.config.Registered() {
			continue
		}
		if o.suspect > 0 {
			return o
		}
		list = append(list, o)
	}
	if len(list) == 0 {
		return nil
	}
	return list[(w.round+th.turns)%len(list)]
}

// suspicious reports whether there is another thread whose area somebody has written to.
func (w *Watch) suspicious(th *thread) bool {
	for _, o := range w.threads {
		if o != th && o.suspect > 0 {
			return true
		}
	}
	return false
}

// suspectRounds is for how many rounds the threads watch an area that somebody has written to.
const suspectRounds = 4

// compareIDs notes an area whose fields differ though the kernel gives them one value, and though the
// thread has not stored there since they were the same. A negative cpu_id is that of an area that the
// kernel has not written yet.
func (w *Watch) compareIDs(th *thread) {
	v, ok := w.word(th.config.Area)
	start, cpu := uint32(v), uint32(v>>32)
	differ := ok && int32(cpu) >= 0 && start != cpu
	agreed := th.agreed
	if th.agreed = ok && int32(cpu) >= 0 && !differ; !differ || !agreed || th.wrote || th.tired {
		return
	}
	th.suspect, w.hurry = suspectRounds, true
	if slices.ContainsFunc(w.seen.Overwritten, func(o *Overwritten) bool { return o.TID == th.tid }) {
		return
	}
	w.found = true
	w.seen.Overwritten = append(w.seen.Overwritten, &Overwritten{TID: th.tid, Area: th.config.Area, Start: start, CPU: cpu, Size: th.config.Size, Glibc: th.reg != nil && th.reg.Glibc})
}

// maxForeign is how many stores to another thread's area a thread makes under watch in one turn.
const maxForeign = 16

// othersStored notes a store of a thread to the area of another one. A new one ends the run: with every
// thread held, settle finds out whether the area still is the other thread's.
func (w *Watch) othersStored(th *thread, slot int, f field) (stepper.Passage, error) {
	o := w.threads[f.owner]
	stale := o == nil || o.config.Area != f.at
	if th.foreign++; stale || th.foreign >= maxForeign {
		if err := w.free(th, slot); err != nil || stale {
			return stepper.Passage{}, err
		}
	}
	r, err := w.engine.Regs(th.tid)
	if err != nil {
		return stepper.Passage{}, err
	}
	at, wrote, ok := w.writer(&r, f)
	if !ok {
		return stepper.Passage{}, nil
	}
	fields := fieldsOf(f.at, f, wrote)
	if s := w.foreign[at]; s != nil {
		s.again(th.tid)
		for _, name := range fields {
			if !slices.Contains(s.Fields, name) {
				s.Fields = append(s.Fields, name)
			}
		}
		return stepper.Passage{}, nil
	}
	found := w.found
	s := &Store{Event: w.event(th.tid, at), Fields: fields, Owner: o.tid, Glibc: o.reg != nil && o.reg.Glibc, Size: o.config.Size}
	w.found = found
	s.Value, _ = w.word(f.at)
	w.foreign[at] = s
	w.claims = append(w.claims, claim{s, o.tid, f.at})
	w.pause = true
	return stepper.Passage{Stop: true}, nil
}

// settle decides, with every thread held, whether stores were to areas of other threads.
func (w *Watch) settle() {
	for _, c := range w.claims {
		if reg, err := w.o.Registration(c.owner); err == nil && reg.Registered() && reg.Area == c.area {
			w.seen.Stores = append(w.seen.Stores, c.store)
			w.found = true
			continue
		}
		maps.DeleteFunc(w.foreign, func(_ table.Addr, s *Store) bool { return s == c.store })
	}
	w.claims = nil
}

// writer is the instruction behind which a thread has stopped at a debug register, and what it wrote:
// what the register watches, if that is not known better. ok is false if it wrote something else: where
// processors report what an access is near to, the kernel reports the nearest debug register
// (watchpoint_handler, arch/arm64/kernel/hw_breakpoint.c).
func (w *Watch) writer(r *machine.Regs, f field) (at table.Addr, wrote field, ok bool) {
	at, wrote = r.PC(), f
	insn, found := w.o.Writer(r, f.at, f.length)
	if found {
		at = insn.Addr
	} else if n := table.InstructionAlign(w.engine.Target().Arch().Machine); n > 1 { // the one before, whatever it writes
		if before, err := w.o.Decode(at - table.Addr(n)); err == nil {
			insn = *before
		}
	}
	a, n, known := insn.StoreAddress(r)
	s := &insn.Store
	switch {
	case known && !overlap(a, n, f.at, f.length) && !insn.Writes.Has(s.Base) && !insn.Writes.Has(s.Index) && s.Bits == machine.NoReg:
		return at, wrote, false
	case known && found:
		wrote = field{at: a, length: n}
	}
	return at, wrote, true
}

// overlap reports whether two ranges of bytes have one in common.
func overlap(a table.Addr, n int, b table.Addr, m int) bool {
	return uint64(a-b) < uint64(m) || uint64(b-a) < uint64(n)
}

// fieldsOf names the kernel's fields of an area that a store to some bytes has written; the debug
// register watched f.
func fieldsOf(area table.Addr, f, wrote field) (names []string) {
	for _, k := range fieldNames() {
		a := area + k.offset
		if overlap(a, 4, f.at, f.length) && overlap(a, 4, wrote.at, wrote.length) {
			names = append(names, k.name)
		}
	}
	if names == nil { // the registers have changed since the store, and its address is not known
		for _, k := range fieldNames() {
			if a := area + k.offset; overlap(a, 4, f.at, f.length) {
				names = append(names, k.name)
			}
		}
	}
	return names
}

// nextRound begins a round: each thread gives its fourth debug register to what is next.
func (w *Watch) nextRound() {
	w.round++
	for _, th := range w.threads {
		th.suspect = max(th.suspect-1, 0)
	}
}
