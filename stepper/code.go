package stepper

import (
	"fmt"

	"rseqstep/stepper/machine"
	"rseqstep/table"
)

// codeCache keeps decoded instructions of text that cannot change while one
// thread is stepped and the others are held: file-backed, not writable pages.
// It is flushed whenever anything else runs or maps memory.
type codeCache struct {
	insns map[table.Addr]*machine.Insn
}

// maxCached bounds the cache: about 6 MB.
const maxCached = 1 << 16

func (c *codeCache) flush() {
	if len(c.insns) > 0 {
		clear(c.insns)
	}
}

// decode is the instruction at pc.
func (e *Engine) decode(pc table.Addr) (*machine.Insn, error) {
	if i, ok := e.code.insns[pc]; ok {
		return i, nil
	}
	var buf [machine.MaxLen]byte
	n, err := e.target.ReadMemory(pc, buf[:])
	if n == 0 {
		return nil, fmt.Errorf("cannot read the instruction at %v: %w", pc, err)
	}
	insn, err := e.target.Arch().Decode(pc, buf[:n])
	if err != nil {
		return nil, err
	}
	// Text of a module is taken as fixed; anything else (code made at run
	// time) is read anew each time.
	if e.image.ModuleAt(pc) != nil {
		if e.code.insns == nil || len(e.code.insns) >= maxCached {
			e.code.insns = make(map[table.Addr]*machine.Insn)
		}
		e.code.insns[pc] = &insn
	}
	return &insn, nil
}

// holds reports whether the program has an instruction at pc.
func holds(mem machine.Memory, pc table.Addr, insn string) bool {
	code := make([]byte, len(insn))
	n, _ := mem.ReadMemory(pc, code)
	return n == len(code) && string(code) == insn
}

// read reads exactly n bytes of code or says why not.
func (e *Engine) read(low, high table.Addr) ([]byte, error) {
	buf := make([]byte, high-low)
	n, err := e.target.ReadMemory(low, buf)
	if n < len(buf) {
		return nil, fmt.Errorf("cannot read the code at [%v, %v): %w", low, high, err)
	}
	return buf, nil
}
