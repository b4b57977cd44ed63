package code

import (
	"rseqstep/stepper/machine"
	"rseqstep/table"
)

// content is what a register held from one place of the code on.
type content struct {
	reg machine.Reg
	// from is the number of the place: in a section, how often the register was written before;
	// in a function, see computedAt.
	from int
}

// sum is a content plus a number.
type sum struct {
	of content
	n  int64
}

// values are the contents of all registers at some place.
type values struct {
	sums [64]sum
	have machine.Constants // those whose value is known
}

// newValues are contents that are all different and unknown.
func newValues() *values {
	v := &values{}
	for x := range v.sums {
		v.sums[x].of.reg = machine.Reg(x)
	}
	return v
}

// location is the place of a memory operand.
func (v *values) location(m *machine.Mem) Location {
	base := v.sums[m.Base]
	l := Location{base: base.of, index: v.sums[m.Index], segment: v.sums[m.Segment], scale: m.Scale, extend: m.Extend, disp: m.Disp + base.n}
	if m.Index == machine.NoReg {
		l.scale = 1
	}
	return l
}

// pass goes on behind an instruction. from is the number for what it writes.
func (v *values) pass(arch *machine.Arch, i *machine.Insn, from func(x machine.Reg) int) {
	var to, of machine.Reg
	var n uint64
	known := false
	if adder, ok := arch.Decoder.(machine.Adder); ok {
		to, of, n, known = adder.Sum(i, &v.have)
		v.have.Pass(arch, i)
	}
	now := v.sums[of]
	now.n += int64(n)
	changed := changes(arch, i)
	if i.Kind == machine.Call || i.Kind == machine.IndirectCall {
		changed |= arch.General &^ (arch.Saved | machine.SetOf(arch.SP))
	}
	for x := machine.Reg(1); x < 64; x++ {
		if changed.Has(x) {
			v.sums[x] = sum{of: content{x, from(x)}}
		}
	}
	if known {
		v.sums[to] = now
	}
}

// meet keeps what another way to the place knows as well; where the two differ, contents with the
// number from begin.
func (v *values) meet(o *values, from int) {
	for x := range v.sums {
		if v.sums[x] != o.sums[x] {
			v.sums[x] = sum{of: content{machine.Reg(x), from}}
		}
	}
	v.have.Meet(&o.have)
}

// maxComputed limits the instructions of a function in which addresses are followed, and
// maxRounds how often each is, on average, until what is known of it stays.
const (
	maxComputed = 4000
	maxRounds   = 20
)

// computedAt is what the registers hold before an instruction of the section's function, as its
// flow shows. Where ways with different contents meet, new contents begin. On an architecture
// without an Adder nothing is followed: an address is in one operand there.
func (s *Section) computedAt(at table.Addr) *values {
	if _, ok := s.File.Arch.Decoder.(machine.Adder); !ok {
		return newValues()
	}
	entry, insns := s.Function()
	if len(insns) > maxComputed {
		return newValues()
	}
	w := waysOf(insns)
	before, after := map[table.Addr]*values{}, map[table.Addr]*values{}
	todo := []table.Addr{entry}
	for n := 0; len(todo) > 0; n++ {
		if n > maxRounds*len(insns) {
			return newValues()
		}
		i := w.code[todo[0]]
		todo = todo[1:]
		if i == nil {
			continue
		}
		now := w.meeting(i.Addr, entry, after)
		if before[i.Addr] != nil && *before[i.Addr] == *now {
			continue
		}
		before[i.Addr] = now
		out := *now
		out.pass(s.File.Arch, i, func(machine.Reg) int { return 2 * int(i.Addr) })
		after[i.Addr] = &out
		todo = append(todo, w.to[i.Addr]...)
	}
	if v := before[at]; v != nil {
		return v
	}
	return newValues()
}

// ways are the ways of control in a function, by instruction.
type ways struct {
	code     map[table.Addr]*machine.Insn
	to, from map[table.Addr][]table.Addr
}

func waysOf(insns []*machine.Insn) *ways {
	w := &ways{map[table.Addr]*machine.Insn{}, map[table.Addr][]table.Addr{}, map[table.Addr][]table.Addr{}}
	for _, i := range insns {
		w.code[i.Addr] = i
	}
	for _, i := range insns {
		add := func(to table.Addr) {
			w.to[i.Addr] = append(w.to[i.Addr], to)
			w.from[to] = append(w.from[to], i.Addr)
		}
		if i.Continues() {
			add(i.Next())
		}
		if i.Kind == machine.Jump || i.Kind == machine.CondJump {
			add(i.Target)
		}
	}
	return w
}

// meeting is what is known at an address on all ways to it that were followed.
func (w *ways) meeting(at, entry table.Addr, after map[table.Addr]*values) *values {
	var now *values
	if at == entry {
		now = newValues()
	}
	for _, from := range w.from[at] {
		switch o := after[from]; {
		case o == nil:
		case now == nil:
			first := *o
			now = &first
		default:
			now.meet(o, 2*int(at)+1)
		}
	}
	return now
}
