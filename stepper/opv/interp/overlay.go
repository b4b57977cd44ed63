package interp

import (
	"bytes"

	"rseqstep/table"
)

// AccessKind is what an interpreted instruction did to memory.
type AccessKind uint8

const (
	AccessRead AccessKind = iota
	AccessWrite
	AccessAdd // read, a number added, written back: add, sub, inc, dec, adc, sbb
)

// Access is one access to memory, in the order of execution.
type Access struct {
	Kind AccessKind
	Addr table.Addr
	Data []byte     // what was read, or the contents after the write
	Old  []byte     // AccessAdd: what was read
	Add  uint64     // AccessAdd: the number, of which the low len(Data) bytes count
	Insn table.Addr // the instruction

	// UsesOld is set on an AccessAdd whose result was used: by a branch or
	// move, through the flags, or in a register.
	UsesOld bool
}

// Overlay is a process's memory with the pass's writes kept separately. It logs
// the accesses in order, and for each byte whether it was written.
type Overlay struct {
	fill    func(addr table.Addr, p []byte) error
	written map[table.Addr]byte
	// Assumed contains bytes that read as the given value whatever memory
	// contains: the area's cpu_id and mm_cid.
	Assumed map[table.Addr]byte
	Log     []Access
	insn    table.Addr
}

// NewOverlay is the memory that fill reads: all of p, or it fails.
func NewOverlay(fill func(addr table.Addr, p []byte) error) *Overlay {
	return &Overlay{fill: fill, written: map[table.Addr]byte{}}
}

// Peek reads through the overlay without a log entry.
func (o *Overlay) Peek(addr table.Addr, n int) ([]byte, error) {
	p := make([]byte, n)
	missing := false
	for k := range p {
		b, ok := o.written[addr+table.Addr(k)]
		if !ok {
			b, ok = o.Assumed[addr+table.Addr(k)]
		}
		if !ok {
			missing = true
			break
		}
		p[k] = b
	}
	if !missing {
		return p, nil
	}
	if err := o.fill(addr, p); err != nil {
		return nil, err
	}
	for k := range p {
		at := addr + table.Addr(k)
		if b, ok := o.written[at]; ok {
			p[k] = b
		} else if b, ok := o.Assumed[at]; ok {
			p[k] = b
		}
	}
	return p, nil
}

// Read is Peek, logged.
func (o *Overlay) Read(addr table.Addr, n int) ([]byte, error) {
	p, err := o.Peek(addr, n)
	if err == nil {
		o.Log = append(o.Log, Access{Kind: AccessRead, Addr: addr, Data: bytes.Clone(p), Insn: o.insn})
	}
	return p, err
}

// Write stores a write in the overlay. The memory must exist: a store to an
// unmapped address faults here and not when the vector runs.
func (o *Overlay) Write(addr table.Addr, p []byte) error {
	if _, err := o.Peek(addr, len(p)); err != nil {
		return err
	}
	o.keep(addr, p)
	o.Log = append(o.Log, Access{Kind: AccessWrite, Addr: addr, Data: bytes.Clone(p), Insn: o.insn})
	return nil
}

// Add is a read-modify-write whose result is old plus count.
func (o *Overlay) Add(addr table.Addr, old, p []byte, count uint64) {
	o.keep(addr, p)
	o.Log = append(o.Log, Access{Kind: AccessAdd, Addr: addr, Old: bytes.Clone(old), Data: bytes.Clone(p), Add: count, Insn: o.insn})
}

func (o *Overlay) keep(addr table.Addr, p []byte) {
	for k, b := range p {
		o.written[addr+table.Addr(k)] = b
	}
}
