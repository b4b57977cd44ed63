package rseq

import (
	"rseqstep/stepper/machine"
	"rseqstep/table"
)

// maxBack is how far before a store Writer begins to decode, bytes.
const maxBack = 64

// few times more ways must lead to the end of an instruction than to a longer one with the same end:
// code that no way before the store leads to shows nothing, and the end of an instruction is often one, too.
const few = 6

// Writer finds the instruction that has just written some of the length bytes at a, in a thread
// with the registers r after that store. A debug register that watches data stops the thread
// behind the instruction (Intel SDM volume 3, 18.2.2 "Data Breakpoint Exception Conditions"), or,
// in a repeated string instruction, at it, after one of its rounds.
//
// Where the function's layout shows the instruction that ends at the PC, that is the one. Else
// the code is followed from many places before the PC, and most of the ways that come out at the PC
// decide: decoding from a wrong place soon falls in step with the instructions. The instruction
// must write to these bytes. ok is false if none does.
func (s *Sections) Writer(r *machine.Regs, a table.Addr, length int) (insn machine.Insn, ok bool) {
	pc := r.PC()
	code := make([]byte, maxBack+machine.MaxLen)
	from := pc - maxBack
	n, _ := s.mem.ReadMemory(from, code)
	for n < maxBack && from < pc { // the code may begin at the start of a mapping
		from = (from + pageSize) &^ (pageSize - 1)
		if from >= pc {
			break
		}
		n, _ = s.mem.ReadMemory(from, code[:pc-from+machine.MaxLen])
	}
	code = code[:n]
	writes := func(i *machine.Insn) bool {
		at, size, ok := i.StoreAddress(r)
		return ok && (uint64(a-at) < uint64(size) || uint64(at-a) < uint64(length))
	}
	s.Reached(pc)
	layout := s.layout(pc - 1)
	var ways [machine.MaxLen + 1]struct { // by the instruction's length
		votes int
		insn  machine.Insn
	}
	most := 0
	for start := from; start < pc && start-from < table.Addr(n); start++ {
		var last machine.Insn
		at := start
		for at < pc {
			i, err := s.arch.Decode(at, code[at-from:])
			if err != nil {
				break
			}
			if last, at = i, i.Next(); i.Kind == machine.Jump && i.Target > i.Addr {
				at = i.Target
			} else if !i.Continues() && at < pc {
				break
			}
		}
		if at != pc || last.Store.Size == 0 {
			continue
		}
		if layout != nil && layout.Begins(last.Addr) {
			return last, true
		}
		if !writes(&last) {
			continue
		}
		w := &ways[last.Len]
		w.votes, w.insn = w.votes+1, last
		most = max(most, w.votes)
	}
	for n := machine.MaxLen; n > 0 && most > 0; n-- {
		if w := &ways[n]; w.votes*few >= most {
			return w.insn, true
		}
	}
	if from >= pc || n <= int(pc-from) {
		from, code = pc, code[:0]
		n, _ = s.mem.ReadMemory(pc, code[:machine.MaxLen])
		code = code[:n]
	}
	i, err := s.arch.Decode(pc, code[pc-from:])
	return i, err == nil && i.Store.Count != machine.NoReg
}
