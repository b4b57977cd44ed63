package machine

import (
	"slices"

	"rseqstep/table"
)

// Sequence is an exclusive sequence: the instructions from a load-exclusive to the store-exclusives
// that may end it (load-linked and store-conditional, LL/SC, on other architectures). A thread that
// is stopped in it loses the exclusive monitor, so that its store fails: a debugger must let it run
// from the load to one of the Ways. A trap at the load itself does no harm.
type Sequence struct {
	Load   table.Addr
	Inside []table.Addr // the other instructions on the ways to the store-exclusives, these included
	Ways   []table.Addr // where control is afterwards: behind the stores, where branches leave, or at the load again
}

// Contains reports whether a thread whose PC is there, having come from the load, would fail its
// store if it were stopped.
func (s *Sequence) Contains(pc table.Addr) bool {
	_, found := slices.BinarySearch(s.Inside, pc)
	return found
}

// maxSequence is the most instructions that a sequence can be long, from its load on. gdb looks as
// far. Those in real programs have 2 to 4.
const maxSequence = 16

// SequenceReach is how far from its load-exclusive a sequence can extend, bytes.
func SequenceReach(a *Arch) table.Addr {
	return maxSequence * table.Addr(table.InstructionAlign(a.Machine))
}

// Behind are the Ways but for the load itself.
func (s *Sequence) Behind() []table.Addr {
	return slices.DeleteFunc(slices.Clone(s.Ways), func(a table.Addr) bool { return a == s.Load })
}

// FindSequence decodes the sequence that begins at an address. ok is false if no load-exclusive is
// there, if no store-exclusive is near, or if a call or a system call is in between: no such sequence
// succeeds in general.
func FindSequence(a *Arch, at table.Addr, read Read) (s Sequence, ok bool) {
	r := sequenceReader{arch: a, read: read, low: at, insns: map[table.Addr]*Insn{}}
	if first := r.insn(at); first == nil || first.Exclusive != ExclusiveLoad {
		return Sequence{}, false
	}
	r.follow()
	on := r.toStores()
	if !on[at] {
		return Sequence{}, false
	}
	for pc := range on {
		i := r.insns[pc]
		if i.Kind != Plain && i.Kind != Jump && i.Kind != CondJump {
			return Sequence{}, false
		}
		if pc != at {
			s.Inside = append(s.Inside, pc)
		}
		for _, to := range successors(i) {
			if !on[to] || to == at || i.Exclusive == ExclusiveStore {
				s.Ways = append(s.Ways, to)
			}
		}
	}
	s.Load = at
	slices.Sort(s.Inside)
	slices.Sort(s.Ways)
	s.Ways = slices.Compact(s.Ways)
	return s, true
}

// SequenceAround finds the sequence that an address is inside of.
func SequenceAround(a *Arch, pc table.Addr, read Read) (s Sequence, ok bool) {
	align := table.Addr(table.InstructionAlign(a.Machine))
	for n := table.Addr(1); n < maxSequence && pc >= n*align; n++ {
		if s, ok = FindSequence(a, pc-n*align, read); ok && s.Contains(pc) {
			return s, true
		}
	}
	return Sequence{}, false
}

// sequenceReader follows the code after a load-exclusive.
type sequenceReader struct {
	arch  *Arch
	read  Read
	low   table.Addr
	insns map[table.Addr]*Insn // those that control reaches, before a store-exclusive and near the load
}

// insn decodes an instruction; nil if there is none, or none near the load.
func (r *sequenceReader) insn(at table.Addr) *Insn {
	if at-r.low >= SequenceReach(r.arch) {
		return nil
	}
	var code [MaxLen]byte
	n, _ := r.read(at, code[:])
	i, err := r.arch.Decode(at, code[:n])
	if err != nil {
		return nil
	}
	return &i
}

// follow fills insns.
func (r *sequenceReader) follow() {
	for todo := []table.Addr{r.low}; len(todo) > 0; {
		at := todo[len(todo)-1]
		todo = todo[:len(todo)-1]
		if r.insns[at] != nil {
			continue
		}
		i := r.insn(at)
		if i == nil || at != r.low && i.Exclusive == ExclusiveLoad { // another sequence begins
			continue
		}
		r.insns[at] = i
		if i.Exclusive != ExclusiveStore && i.Exclusive != ExclusiveClear {
			todo = append(todo, successors(i)...)
		}
	}
}

// toStores are the instructions from which control can reach a store-exclusive.
func (r *sequenceReader) toStores() map[table.Addr]bool {
	on := map[table.Addr]bool{}
	for grown := true; grown; {
		grown = false
		for at, i := range r.insns {
			leads := i.Exclusive == ExclusiveStore
			if i.Exclusive != ExclusiveStore && i.Exclusive != ExclusiveClear {
				for _, to := range successors(i) {
					leads = leads || on[to] && to != r.low
				}
			}
			if leads && !on[at] {
				on[at], grown = true, true
			}
		}
	}
	return on
}

// successors are the addresses that control can go to after an instruction of a known way.
func successors(i *Insn) (list []table.Addr) {
	if i.Continues() {
		list = append(list, i.Next())
	}
	if i.Kind == Jump || i.Kind == CondJump {
		list = append(list, i.Target)
	}
	return list
}
