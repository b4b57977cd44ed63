package opv

import (
	"errors"
	"fmt"

	"rseqstep/stepper/machine"
	"rseqstep/stepper/opv/interp"
	"rseqstep/table"
)

// Scratch is the address of a Plan's constants unless Place moves them: the
// first address above every user address of amd64 with 5 levels of page tables
// (2^56). No program can have anything there; on arm64 it is address 0 with a tag.
const Scratch table.Addr = 1 << 56

// Plan is a section's pass as a vector, and the state to give to the thread
// after the vector has run.
type Plan struct {
	Vector Vector
	Data   []byte     // constants that the vector's compares and copies name
	DataAt table.Addr // their assumed address

	CPU      int  // the CPU to run it on
	NamedCPU bool // a compare with the area's cpu_id names it; else it is the requested one
	CID      int  // the mm_cid that a compare names, when NamedCID
	NamedCID bool

	Exit   State      // the registers to give to the thread
	ExitPC table.Addr // the section's exit address
	Final  bool       // the pass ran the section's final store

	// Pass is the interpreted pass, for display.
	Pass Result
}

// Place is the CPU, mm_cid and rseq area of a thread.
type Place struct {
	Area table.Addr // its struct rseq; 0 for none
	CPU  int        // the CPU to run on when the section names none
	CID  int        // its mm_cid, likewise
}

// Build interprets a section from its start, with the registers s of a thread
// at that point, and makes a Plan of that pass.
//
// A compare with the area's cpu_id or mm_cid, or with a register loaded from
// it, counts as satisfied, and its other side names the place to run on. Every
// other value read becomes a COMPARE_EQ with the value seen; a value written
// becomes a MEMCPY or, if a number was added to memory that the pass does not
// read otherwise, an ADD. Adjacent values share an operation. The compares come
// first, because they are about the old contents; the last store comes last.
//
// Errors wrap ErrNoPlan (the vector would exceed the ABI's limits, the section requires two
// different CPUs or mm_cids, or it writes to those fields), or are those of Run. If a compare fails
// when the vector runs, memory has changed: call Build again.
//
// Precondition: mem is the process as it is when the vector runs, so all its
// threads are stopped.
func Build(abi ABI, body *machine.Body, s State, mem machine.Memory, at Place) (Plan, error) {
	f := interp.Fields{Area: at.Area, CPU: uint32(at.CPU), CID: uint32(at.CID)}
	var result Result
	var m *interp.Pass
	for {
		var err error
		if m, result, err = pass(body, s, mem, f); err == nil {
			break
		}
		if !errors.Is(err, interp.ErrNamed) {
			return Plan{}, err
		}
		f = m.Fields // each field can be named once, so this ends
	}
	for _, a := range result.Accesses {
		for n := range a.Data {
			if _, ok := m.Mem.Assumed[a.Addr+table.Addr(n)]; ok && a.Kind != AccessRead {
				return Plan{}, fmt.Errorf("at %v it writes to the cpu_id or mm_cid of its own rseq area: %w", a.Insn, ErrNoPlan)
			}
		}
	}
	p := Plan{
		DataAt: Scratch, Exit: result.State, ExitPC: result.Exit, Final: result.Final, Pass: result,
		CPU: int(int32(m.Fields.CPU)), NamedCPU: m.Fields.NamedCPU,
		CID: int(int32(m.Fields.CID)), NamedCID: m.Fields.NamedCID,
	}
	e := newEffect(result.Accesses, m.Mem.Assumed)
	p.vector(e, false)
	if len(p.Vector) > abi.MaxOps() {
		p.vector(e, true)
	}
	if err := abi.Validate(p.Vector); err != nil {
		return Plan{}, fmt.Errorf("%d compares and %d writes: %w", len(e.reads), len(p.Vector)-len(e.reads), errors.Join(ErrNoPlan, err))
	}
	return p, nil
}

// vector writes the effect as operations. tight lets the last store share an
// operation.
func (p *Plan) vector(e *effect, tight bool) {
	p.Vector, p.Data = nil, nil
	constant := func(b []byte) table.Addr {
		at := p.DataAt + table.Addr(len(p.Data))
		p.Data = append(p.Data, b...)
		return at
	}
	for _, s := range e.reads {
		for part := range s.parts() {
			p.Vector = append(p.Vector, Op{Kind: CompareEqual, Len: uint32(len(part.data)), A: part.addr, B: constant(part.data)})
		}
	}
	for _, w := range e.writes(tight) {
		if w.add {
			p.Vector = append(p.Vector, Op{Kind: Add, Len: uint32(w.size), A: w.addr, Value: w.count})
			continue
		}
		for part := range w.span.parts() {
			p.Vector = append(p.Vector, Op{Kind: Memcpy, Len: uint32(len(part.data)), A: part.addr, B: constant(part.data)})
		}
	}
}

// Place moves the constants to an address of the process, for an external
// executor. The caller writes Data there.
func (p *Plan) Place(at table.Addr) {
	move := func(a *table.Addr) {
		if *a-p.DataAt < table.Addr(len(p.Data)) {
			*a += at - p.DataAt
		}
	}
	for n := range p.Vector {
		if o := &p.Vector[n]; o.Kind.operands() == 2 {
			move(&o.B)
		}
	}
	p.DataAt = at
}

// Memory is mem with the constants at DataAt, for Execute.
func (p *Plan) Memory(mem Memory) Memory { return &withData{mem: mem, at: p.DataAt, data: p.Data} }

// withData answers reads of one range from a buffer.
type withData struct {
	mem  Memory
	at   table.Addr
	data []byte
}

// inside finds n bytes at addr in the buffer; either all or none of them are in
// it.
func (w *withData) inside(addr table.Addr, n int) ([]byte, bool) {
	off := uint64(addr - w.at)
	if off >= uint64(len(w.data)) || uint64(n) > uint64(len(w.data))-off {
		return nil, false
	}
	return w.data[off : off+uint64(n)], true
}

func (w *withData) ReadMemory(addr table.Addr, p []byte) (int, error) {
	if b, ok := w.inside(addr, len(p)); ok {
		return copy(p, b), nil
	}
	return w.mem.ReadMemory(addr, p)
}

func (w *withData) WriteMemory(addr table.Addr, p []byte) (int, error) {
	if _, ok := w.inside(addr, len(p)); ok {
		return 0, EFAULT
	}
	return w.mem.WriteMemory(addr, p)
}

func (w *withData) CheckMemory(addr table.Addr, n int, write bool) error {
	if _, ok := w.inside(addr, n); ok && !write {
		return nil
	}
	return check(w.mem, addr, n, write)
}
