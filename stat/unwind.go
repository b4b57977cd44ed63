package stat

import (
	"errors"

	"rseqstep/stat/perf"
	"rseqstep/stepper/machine"
	"rseqstep/stepper/machine/arches"
	"rseqstep/stepper/ptrace"
	"rseqstep/table"
)

// errNoArch says that this machine's registers have no known numbers.
var errNoArch = errors.New("stacks cannot be unwound on this machine: only by frame pointers")

// dumpSize is how many bytes of the stack a record has for an Unwinder.
const dumpSize = 8192

// maxUnwound is how many functions of a stack are found at most.
const maxUnwound = 127

// Unwinder finds the callers of a thread by the call frame information of its files, from its
// registers and a piece of its stack.
type Unwinder struct {
	files *Files
	arch  *machine.Arch
	wants []machine.Reg // the registers of a record, in its order
	bits  uint64        // and their bits
	mask  uint64        // of the signatures of return addresses
}

// NewUnwinder returns an Unwinder for programs of this machine's architecture.
func NewUnwinder(files *Files) (*Unwinder, error) {
	return newUnwinder(files, perf.Machine(), ptrace.CodeMask())
}

func newUnwinder(files *Files, name string, mask uint64) (*Unwinder, error) {
	for _, a := range arches.All() {
		if a.Name != name || len(a.Perf) == 0 {
			continue
		}
		u := &Unwinder{files: files, arch: a, mask: mask}
		for n, reg := range a.Perf {
			if reg != machine.NoReg {
				u.wants, u.bits = append(u.wants, reg), u.bits|1<<n
			}
		}
		return u, nil
	}
	return nil, errNoArch
}

// stack is the places of a thread's functions, the innermost first. A file's rules are found at the
// file's own address; what they compute is the process's.
func (u *Unwinder) stack(s *perf.Sample, m codeMap) (out []Code) {
	var words machine.Words
	for n, v := range s.Registers[:min(len(s.Registers), len(u.wants))] {
		words[u.wants[n]] = v
	}
	if u.arch.CodeMask != machine.NoReg { // a record does not have it
		words[u.arch.CodeMask] = u.mask
	}
	regs := u.arch.Regs(words)
	mem := dumped{low: regs.SP(), bytes: s.Memory}
	for last := table.Addr(0); len(out) < maxUnwound; {
		pc := uint64(regs.PC())
		if len(out) > 0 {
			pc-- // as in places
		}
		at, ok := m.find(pc)
		if !ok {
			break
		}
		out = append(out, at)
		one := u.files.open(at.File)
		if at.File == "" || one.err != nil {
			break
		}
		addr, ok := one.table.FileAddr(at.Offset)
		if !ok {
			break
		}
		regs.SetPC(table.Addr(addr))
		cfa, caller, ok := one.set.Caller(&regs, mem)
		if !ok || cfa <= last {
			break
		}
		last, regs = cfa, caller
	}
	return out
}

// dumped is the piece of a stack in a record.
type dumped struct {
	low   table.Addr
	bytes []byte
}

// ReadMemory implements machine.Memory.
func (d dumped) ReadMemory(a table.Addr, p []byte) (int, error) {
	if at := uint64(a - d.low); a >= d.low && at < uint64(len(d.bytes)) {
		if n := copy(p, d.bytes[at:]); n == len(p) {
			return n, nil
		}
	}
	return 0, errNotDumped
}

var errNotDumped = errors.New("the record does not have that memory")
