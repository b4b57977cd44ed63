package machine

import (
	"sort"

	"rseqstep/table"
)

// Range is [Low, High), process addresses.
type Range struct{ Low, High table.Addr }

// Contains reports whether an address is in the range.
func (r Range) Contains(a table.Addr) bool { return a-r.Low < r.High-r.Low }

// Branch is a transfer of control from one instruction to another.
type Branch struct{ From, To table.Addr }

// CallSite is a call instruction.
type CallSite struct {
	Addr     table.Addr
	Target   table.Addr // 0 for an indirect one
	Return   table.Addr // the return address
	Indirect bool
}

// Ways are the ways in which control can leave the ranges of a source line. All
// lists are in the order of the code.
type Ways struct {
	Falls    []Branch     // from an instruction inside to the next one, if that is outside
	Branches []Branch     // direct jumps, conditional ones included, to outside
	Returns  []table.Addr // return instructions
	Calls    []CallSite   // the return is outside only if Falls contains it
	Jumps    []table.Addr // indirect jumps, which may also lead inside, to code that is not decoded
	Syscalls []table.Addr // system call instructions
	// Lost is the addresses inside that control reaches without a known
	// instruction: data, or bytes that do not decode. From is 0 for an entry.
	Lost   []Branch
	Stores bool // some instruction writes memory
	Insns  int  // number of decoded instructions

	likely map[table.Addr]bool
	parts  []part
}

// Begins reports whether an instruction that control reaches begins at a.
func (w *Ways) Begins(a table.Addr) bool {
	p := partAt(w.parts, a)
	return p != nil && p.begins.has(a-p.Low)
}

// Sure reports whether the instruction at from is reached from the entries, and
// not only from a likely place.
func (w *Ways) Sure(from table.Addr) bool { return !w.likely[from] }

// WaysOut decodes the instructions in the ranges that control reaches, and
// reports how control leaves them. A jump from one range to another stays
// inside.
func WaysOut(c Code) Ways {
	var w Ways
	var insns []Insn
	f := flow{
		note: func(i *Insn, sure bool) {
			insns = append(insns, *i)
			if !sure {
				if w.likely == nil {
					w.likely = map[table.Addr]bool{}
				}
				w.likely[i.Addr] = true
			}
		},
		lost: func(from, to table.Addr, sure bool) {
			if sure {
				w.Lost = append(w.Lost, Branch{from, to})
			}
		},
	}
	f.run(&c)
	sort.Slice(insns, func(i, j int) bool { return insns[i].Addr < insns[j].Addr })
	sort.Slice(w.Lost, func(i, j int) bool { return w.Lost[i].From < w.Lost[j].From })
	for n := range insns {
		w.note(&insns[n], func(pc table.Addr) bool { return f.part(pc) != nil })
	}
	w.parts = f.parts
	return w
}

func (w *Ways) note(i *Insn, inside func(table.Addr) bool) {
	w.Insns++
	w.Stores = w.Stores || i.Store.Size > 0
	switch i.Kind {
	case Jump, CondJump:
		if !inside(i.Target) {
			w.Branches = append(w.Branches, Branch{From: i.Addr, To: i.Target})
		}
	case Return:
		w.Returns = append(w.Returns, i.Addr)
	case Call:
		w.Calls = append(w.Calls, CallSite{Addr: i.Addr, Target: i.Target, Return: i.Next()})
	case IndirectCall:
		w.Calls = append(w.Calls, CallSite{Addr: i.Addr, Return: i.Next(), Indirect: true})
	case IndirectJump:
		w.Jumps = append(w.Jumps, i.Addr)
	case Syscall:
		w.Syscalls = append(w.Syscalls, i.Addr)
	}
	if i.Continues() && !inside(i.Next()) {
		w.Falls = append(w.Falls, Branch{From: i.Addr, To: i.Next()})
	}
}

// InRanges reports whether an address is in one of the ranges.
func InRanges(ranges []Range, a table.Addr) bool {
	for _, r := range ranges {
		if r.Contains(a) {
			return true
		}
	}
	return false
}
