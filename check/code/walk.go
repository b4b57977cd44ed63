package code

import (
	"slices"

	"rseqstep/stepper/machine"
	"rseqstep/table"
)

// maxWalk bounds the instructions that Walk looks at. Handlers and the retry loops around them
// have fewer than 200.
const maxWalk = 4000

// Walk follows direct control flow from an address, nearest instructions first; calls are passed
// over. visit gets each instruction once, with the way there (visited instructions of which each
// leads to the next; only those that jump, and the first), and says whether to go on behind it.
// lost gets addresses that control reaches and where no instruction is.
func (f *File) Walk(from table.Addr, visit func(i *machine.Insn, way func() []table.Addr) (on bool), lost func(at, after table.Addr)) {
	cameFrom := map[table.Addr]table.Addr{from: 0}
	todo := []table.Addr{from}
	for n := 0; len(todo) > 0 && n < maxWalk; n++ {
		a := todo[0]
		todo = todo[1:]
		var i *machine.Insn
		if !f.IsSignature(a) && f.Executable(table.FileAddr(a), 1) {
			i = f.Insn(a)
		}
		if i == nil {
			if lost != nil {
				lost(a, cameFrom[a])
			}
			continue
		}
		way := func() []table.Addr { return f.way(cameFrom, a) }
		if !visit(i, way) {
			continue
		}
		reach := func(to table.Addr) {
			if _, seen := cameFrom[to]; !seen {
				cameFrom[to] = a
				todo = append(todo, to)
			}
		}
		if i.Continues() {
			reach(i.Next())
		}
		if i.Kind == machine.Jump || i.Kind == machine.CondJump {
			reach(i.Target)
		}
	}
}

// maxWay is how many places of a path are kept.
const maxWay = 12

// way is the path to a: its beginning, the jumps on it that were taken, and its end.
func (f *File) way(cameFrom map[table.Addr]table.Addr, a table.Addr) []table.Addr {
	list := []table.Addr{a}
	for at := a; cameFrom[at] != 0; at = cameFrom[at] {
		from := cameFrom[at]
		if i := f.Insn(from); cameFrom[from] == 0 || i != nil && i.Next() != at {
			list = append(list, from)
		}
	}
	slices.Reverse(list)
	if len(list) > maxWay {
		list = append(list[:maxWay-1:maxWay-1], list[len(list)-1])
	}
	return list
}
