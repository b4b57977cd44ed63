package exercise

import (
	"time"

	"rseqstep/check"
	"rseqstep/stepper"
	"rseqstep/stepper/machine"
	"rseqstep/stepper/signals"
	"rseqstep/stepper/tracee"
	"rseqstep/table"
)

// Exercise is one run of a program.
type Exercise struct {
	engine   *stepper.Engine
	o        stepper.Observation
	options  Options
	coverage *Coverage // of all runs

	points   map[table.Addr][]*point // by address; more than one where sections overlap
	placed   map[Key]*placed         // sections of the program as it is now, by their start
	hard     []*point                // those for which debug registers are set, because no breakpoint can be written
	storm    *storm                  // nil: each boundary in turn
	slots    map[int]*registers      // of each thread, by TID
	last     map[int]*point          // where each thread, by TID, was aborted last
	moving   map[int]int             // the passage of each thread, by TID, that is being moved
	passages int                     // that were begun
	run      Run
}

// Run is what happened in one run.
type Run struct {
	Ended  bool // the program has ended
	Status tracee.ExitStatus
	Last   *Boundary   // the one that was aborted last; nil: none
	Order  []*Boundary // those that were aborted, each once, in the order of their first aborts
	Aborts uint64

	Signals signals.Flood // that the program received
	Time    time.Duration // how long it ran

	// Unprotected is a boundary at which a thread was aborted and then was inside the same section
	// again without having armed it: the abort handler leads behind the arming store. nil: none.
	Unprotected *Boundary
}

// placed is a section where it is mapped.
type placed struct {
	*Section
	p         *table.Placed
	module    *table.Module // the file that its code is in; nil: none
	body      *machine.Body
	described bool
}

// process is the process address of one of the section's.
func (in *placed) process(a check.Address) table.Addr {
	if in.module == nil {
		return table.Addr(a)
	}
	return in.module.Addr(table.FileAddr(a))
}

// point is a boundary with a breakpoint.
type point struct {
	*Boundary
	in         *placed
	at         table.Addr
	descriptor table.Addr
	left       int // aborts to come
	met        bool
	gone       bool // its section is no longer mapped
	unarmed    int  // threads that met it unarmed, since its last abort
}

var _ stepper.Aborter = (*Exercise)(nil)

// maxUnarmed is how often a boundary is met by threads that have not armed its section before its
// breakpoint is removed: each of them stops the whole program for one instruction.
const maxUnarmed = 256

// Start makes an Exercise of a program whose threads are all held. Its commands run under it from
// now on. What is aborted is added to coverage; a boundary that has been aborted often enough there
// is left alone.
func Start(e *stepper.Engine, o Options, coverage *Coverage) *Exercise {
	x := &Exercise{engine: e, options: o, coverage: coverage}
	x.renew()
	x.o = stepper.Observe(e, x)
	x.Loaded()
	return x
}

func (x *Exercise) renew() {
	x.points, x.placed, x.last = map[table.Addr][]*point{}, map[Key]*placed{}, map[int]*point{}
	x.storm = newStorm(x.options)
	x.hard, x.slots, x.moving = nil, map[int]*registers{}, map[int]int{}
}

// Aborts is stepper.Aborter.Aborts.
func (x *Exercise) Aborts(tid int, at, armed table.Addr, held bool) (bool, error) {
	for _, pt := range x.points[at] {
		if pt.descriptor == armed {
			return x.aborted(tid, pt, held)
		}
	}
	if !held {
		return false, nil
	}
	if p := x.learn(armed); p != nil && uint64(at-p.Start) < uint64(p.End-p.Start) && len(x.points[at]) > 0 {
		return x.aborted(tid, x.points[at][0], true) // another descriptor: programs may make one each time
	}
	var err error
	for _, pt := range x.points[at] {
		pt.section.Unarmed++
		x.reenters(tid, pt, armed)
		if pt.unarmed++; pt.unarmed >= maxUnarmed {
			err = x.done(pt)
		}
	}
	return false, err
}

// aborted counts an abort. The breakpoint is removed with the last one, which needs every thread
// held.
func (x *Exercise) aborted(tid int, pt *point, held bool) (bool, error) {
	if pt.left <= 1 && !held {
		return false, nil
	}
	x.last[tid] = pt
	pt.left--
	pt.unarmed = 0
	pt.Boundary.Aborts++
	x.run.Aborts++
	x.run.Last = pt.Boundary
	if !pt.met {
		pt.met = true
		x.first(pt)
	}
	if pt.left > 0 {
		return true, nil
	}
	return true, x.done(pt)
}

// reenters notes a thread that has been aborted inside a section and is there again without having
// armed it. The kernel has cleared its rseq_cs with the abort.
func (x *Exercise) reenters(tid int, pt *point, armed table.Addr) {
	last := x.last[tid]
	if last == nil || last.in != pt.in || armed != 0 || x.run.Unprotected != nil {
		return
	}
	if c, err := x.o.Registration(tid); err == nil && c.Registered() {
		x.run.Unprotected = last.Boundary
	}
}

// first notes that a boundary was aborted for the first time in this run.
func (x *Exercise) first(pt *point) {
	pt.section.Executed = true
	x.run.Order = append(x.run.Order, pt.Boundary)
	if !pt.in.described {
		pt.in.described = true
		x.describe(pt.in)
	}
}

// done removes a breakpoint, unless another section needs it.
func (x *Exercise) done(pt *point) error {
	pt.left = 0
	for _, other := range x.points[pt.at] {
		if other.left > 0 {
			return nil
		}
	}
	if x.storm != nil {
		x.storm.rest = append(x.storm.rest, x.points[pt.at]...)
	}
	delete(x.points, pt.at)
	return x.unplant(pt)
}

// unplant removes a boundary's breakpoint.
func (x *Exercise) unplant(pt *point) error {
	if pt.Move {
		return x.o.Unplant(pt.at)
	}
	return x.o.UnplantInside(pt.at)
}

// Changed is stepper.Observer.Changed.
func (x *Exercise) Changed(ev tracee.Event) {
	switch {
	case ev.EndsProcess():
		x.run.Ended, x.run.Status = true, ev.Status
	case ev.Ends():
		delete(x.last, ev.TID)
		delete(x.slots, ev.TID)
		delete(x.moving, ev.TID)
	case ev.Kind == tracee.EventSignal:
		x.run.Signals.Count(ev.Signal)
	case ev.Kind == tracee.EventExec:
		x.renew()
	}
}

// learn is the section that a descriptor describes, nil if it describes none.
func (x *Exercise) learn(descriptor table.Addr) *table.Placed {
	if descriptor == 0 {
		return nil
	}
	return x.o.Learn(descriptor)
}
