package progress

import (
	"rseqstep/table"
)

// point is an address at which a Watch sees a pass.
type point struct {
	kind   kind
	addr   table.Addr
	placed *table.Placed
	slot   int // the debug register; planted: a breakpoint is already inserted there
}

const planted = -1

type kind int

const (
	atAbort kind = iota + 1 // the abort handler: a pass without a commit
	atEnd                   // post-commit: resets the count
	atArm                   // the arming store: the pass runs as a unit, and gets help
)

// candidate is a section that a thread may pass, with what decides its points.
type candidate struct {
	placed *table.Placed
	arm    table.Addr // where its next pass is to begin as a unit; 0: it is to run natively
	begun  bool       // arm is set, and the thread stands in the middle of a pass or at its end
	vain   bool       // passes of it have not committed
}

// choose lists the points that a thread needs, the most important first. helped and q are those of
// a Continue, zero and nil for none. For a thread that the command does not step (counting is
// false), only commits matter: its passes count for no step, but a commit resets what earlier
// steps have counted.
func choose(helped candidate, q *probe, counting bool, list []candidate) (points []point) {
	if helped.arm != 0 {
		points = append(points, point{kind: atArm, addr: helped.arm, placed: helped.placed})
	}
	if q != nil {
		points = append(points, q.points()...)
	}
	for _, c := range list {
		if counting {
			if c.arm != 0 {
				points = append(points, point{kind: atArm, addr: c.arm, placed: c.placed})
				if !c.begun {
					continue
				}
			}
			points = append(points, point{kind: atAbort, addr: c.placed.Abort, placed: c.placed})
		}
		if c.vain {
			points = append(points, point{kind: atEnd, addr: c.placed.End, placed: c.placed})
		}
	}
	return points
}

// assign gives each point the breakpoint that is inserted at its address, or the next of the free
// debug registers, as long as there are some and the address is not refused. Of the points at one
// address, it keeps the first. unseen lists the sections whose commit would not be seen.
func assign(points []point, free []int, inserted, refused func(table.Addr) bool) (list []point, unseen []*table.Placed) {
	seen := map[table.Addr]bool{}
	for _, p := range points {
		if seen[p.addr] {
			continue // listed for two reasons, hit once
		}
		seen[p.addr] = true
		p.slot = planted
		if !inserted(p.addr) {
			if len(free) == 0 || refused(p.addr) { // it may lie inside another section
				if p.kind == atEnd {
					unseen = append(unseen, p.placed)
				}
				continue
			}
			p.slot, free = free[0], free[1:]
		}
		list = append(list, p)
	}
	return list, unseen
}

// split returns the points of the debug registers in slots (register n is bit n), and the other
// registers.
func split(points []point, slots int) (hit []point, rest int) {
	rest = slots
	for _, p := range points {
		if p.slot != planted && slots>>p.slot&1 != 0 {
			hit = append(hit, p)
			rest &^= 1 << p.slot
		}
	}
	return hit, rest
}
