package corefile

import (
	"encoding/binary"
	"fmt"

	"rseqstep/stepper/tracee"
	"rseqstep/table"
)

// FindSymbols sets the function that finds a symbol's address in the process.
func (p *Process) FindSymbols(find func(name string) (table.Addr, bool)) { p.symbol = find }

// Rseq returns glibc's area of the thread: __rseq_offset bytes from the thread pointer;
// __rseq_size is 0 if glibc has registered none (sys/rseq.h, glibc 2.35 and newer). A
// core does not record the kernel's registration, but an area with a negative cpu_id was
// not registered. Error: tracee.ErrRseqUnknown without such a glibc, or if the program
// may have registered an area of its own.
func (p *Process) Rseq(tid int) (tracee.RseqConfig, error) {
	none := tracee.RseqConfig{}
	th, err := p.find(tid)
	if err != nil {
		return none, err
	}
	offset, ok1 := p.variable("__rseq_offset", 8)
	size, ok2 := p.variable("__rseq_size", 4)
	switch {
	case !ok1 || !ok2:
		return none, fmt.Errorf("%w, and glibc's variables __rseq_offset and __rseq_size are not found", tracee.ErrRseqUnknown)
	case size == 0:
		return none, fmt.Errorf("%w, and glibc has made none", tracee.ErrRseqUnknown)
	}
	const (
		original = 32 // bytes: what glibc registers if __rseq_size, the bytes in use, is less
		cpuID    = 4  // in struct rseq (include/uapi/linux/rseq.h)
	)
	area := th.Regs.ThreadPointer() + table.Addr(offset)
	var cpu [4]byte
	if n, err := p.ReadMemory(area+cpuID, cpu[:]); n < len(cpu) {
		return none, fmt.Errorf("%w, and glibc's area cannot be read: %w", tracee.ErrRseqUnknown, err)
	}
	if int32(binary.LittleEndian.Uint32(cpu[:])) < 0 {
		return none, nil
	}
	return tracee.RseqConfig{Area: area, Size: uint32(max(size, original)), Signature: table.Signatures(p.arch.Machine, binary.LittleEndian)[0].Value}, nil
}

// variable is the value of a variable of size bytes.
func (p *Process) variable(name string, size int) (uint64, bool) {
	if p.symbol == nil {
		return 0, false
	}
	a, ok := p.symbol(name)
	if !ok {
		return 0, false
	}
	var b [8]byte
	if n, _ := p.ReadMemory(a, b[:size]); n < size {
		return 0, false
	}
	return binary.LittleEndian.Uint64(b[:]), true
}
