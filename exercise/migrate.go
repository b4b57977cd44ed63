package exercise

import (
	"encoding/binary"
	"errors"

	"rseqstep/check"
	"rseqstep/stepper"
	"rseqstep/stepper/tracee"
	"rseqstep/table"
)

// place plants the breakpoint of a section's arming store. A thread that comes there has read the
// CPU's number, if the program reads it before the section.
func (x *Exercise) placeMove(in *placed) {
	at, ok := x.o.Arming(in.p)
	if !ok {
		in.Unplanted = "the code does not show its arming store"
		return
	}
	address := fileAddress(in.module, at)
	b := in.boundary(address)
	if b == nil {
		b = &Boundary{Address: address, Move: true, section: in.Section}
		in.Boundaries = append(in.Boundaries, b)
	}
	x.want(in, b, at)
}

// boundary is the one at an address, nil if there is none.
func (s *Section) boundary(at check.Address) *Boundary {
	for _, b := range s.Boundaries {
		if b.Address == at {
			return b
		}
	}
	return nil
}

// Reached is stepper.Observer.Reached: a thread is at an arming store. It is moved to another CPU and
// executes the section from there on.
func (x *Exercise) Reached(tid int, at table.Addr) (stepper.Passage, error) {
	list := x.points[at]
	if len(list) == 0 {
		return stepper.Passage{}, nil
	}
	pt := list[0]
	c, err := x.o.Registration(tid)
	if errors.Is(err, tracee.ErrNoRseq) || tracee.IsGone(err) {
		err = nil
	}
	cpu := -1
	if err == nil && c.Registered() {
		cpu, err = x.o.Elsewhere(tid)
	}
	if tracee.IsGone(err) {
		return stepper.Passage{}, nil // its exit is the next event
	}
	if err != nil {
		return stepper.Passage{}, err
	}
	if cpu < 0 {
		pt.section.Unmoved++
		if pt.unarmed++; pt.unarmed >= maxUnarmed {
			err = x.done(pt)
		}
		return stepper.Passage{}, err
	}
	// It may not survive this: then that was the last move.
	x.run.Last = pt.Boundary
	if !pt.met {
		pt.met = true
		x.first(pt)
	}
	// A thread whose CPU is busy is here again, before it has executed anything: then this passage is
	// over, although its Then will be called.
	x.passages++
	this := x.passages
	x.moving[tid] = this
	return stepper.Passage{One: true, Then: func(at table.Addr) (stepper.Passage, error) {
		if x.moving[tid] != this {
			return stepper.Passage{}, nil
		}
		delete(x.moving, tid)
		return stepper.Passage{}, x.moved(tid, pt, cpu, c, at)
	}}, nil
}

// moved counts a move of a thread that has left the section since. The scheduler may have moved it
// back before its first instruction: what the kernel has written to the thread's area is the CPU on
// which it has executed the section.
func (x *Exercise) moved(tid int, pt *point, cpu int, c tracee.RseqConfig, at table.Addr) error {
	var id [4]byte
	if n, _ := x.engine.Target().ReadMemory(c.Area+offCPU, id[:]); n < len(id) || int(binary.NativeEndian.Uint32(id[:])) != cpu {
		if pt.unarmed++; pt.unarmed >= maxUnarmed {
			return x.done(pt)
		}
		return nil
	}
	if at == pt.in.p.End {
		pt.Commits++
	}
	if pt.left <= 0 {
		return nil // another thread has been moved meanwhile
	}
	_, err := x.aborted(tid, pt, true)
	return err
}

// offCPU is where struct rseq has cpu_id, the number of the thread's CPU
// (include/uapi/linux/rseq.h).
const offCPU = 4
