package opv

import (
	"bytes"

	"rseqstep/stepper/machine"
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
	Data []byte     // what was read, or what is there afterwards
	Old  []byte     // AccessAdd: what was read
	Add  uint64     // AccessAdd: the number, of which the low len(Data) bytes count
	Insn table.Addr // the instruction

	// UsesOld is set on an AccessAdd whose result went on: into a branch, by
	// the flags, or into a register.
	UsesOld bool
}

// overlay is a process's memory with writes kept aside. It keeps the order of
// what was done, and for each byte whether it was written.
type overlay struct {
	mem     machine.Memory
	written map[table.Addr]byte
	// assumed holds bytes that read as the given value whatever is there: the
	// area's cpu_id and mm_cid. They are not in the log's origin.
	assumed map[table.Addr]byte
	log     []Access
	insn    table.Addr
}

// peek reads through the overlay without a trace.
func (o *overlay) peek(addr table.Addr, n int) ([]byte, error) {
	p := make([]byte, n)
	missing := false
	for k := range p {
		b, ok := o.written[addr+table.Addr(k)]
		if !ok {
			b, ok = o.assumed[addr+table.Addr(k)]
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
	if err := read(o.mem, addr, p); err != nil {
		return nil, err
	}
	for k := range p {
		at := addr + table.Addr(k)
		if b, ok := o.written[at]; ok {
			p[k] = b
		} else if b, ok := o.assumed[at]; ok {
			p[k] = b
		}
	}
	return p, nil
}

func (o *overlay) read(addr table.Addr, n int) ([]byte, error) {
	p, err := o.peek(addr, n)
	if err == nil {
		o.log = append(o.log, Access{Kind: AccessRead, Addr: addr, Data: bytes.Clone(p), Insn: o.insn})
	}
	return p, err
}

// write keeps a write aside. The memory must be there: a store to nowhere
// faults now and not when the vector runs.
func (o *overlay) write(addr table.Addr, p []byte) error {
	if _, err := o.peek(addr, len(p)); err != nil {
		return err
	}
	o.keep(addr, p)
	o.log = append(o.log, Access{Kind: AccessWrite, Addr: addr, Data: bytes.Clone(p), Insn: o.insn})
	return nil
}

// add is a read-modify-write whose result is old plus count.
func (o *overlay) add(addr table.Addr, old, p []byte, count uint64) {
	o.keep(addr, p)
	o.log = append(o.log, Access{Kind: AccessAdd, Addr: addr, Old: bytes.Clone(old), Data: bytes.Clone(p), Add: count, Insn: o.insn})
}

func (o *overlay) keep(addr table.Addr, p []byte) {
	for k, b := range p {
		o.written[addr+table.Addr(k)] = b
	}
}
