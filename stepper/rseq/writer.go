package rseq

import (
	"rseqstep/stepper/machine"
	"rseqstep/table"
)

// maxBack is how far before a store Writer begins to decode, bytes.
const maxBack = 64

// Writer finds the instruction that has just written some of the length bytes at a, in a thread
// with the registers r after that store. A debug register that watches data stops the thread
// behind the instruction (Intel SDM volume 3, 18.2.2 "Data Breakpoint Exception Conditions"), or,
// in a repeated string instruction, at it, after one of its rounds.
//
// Where the function's layout shows the instruction that ends at the PC, that is the one. Else
// the code is decoded from many places before the PC, and most of those that come out at the PC
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
	var found machine.Insn
	votes, most := map[table.Addr]int{}, 0
	for start := from; start < pc && start-from < table.Addr(n); start++ {
		var last machine.Insn
		at := start
		for at < pc {
			i, err := s.arch.Decode(at, code[at-from:])
			if err != nil {
				break
			}
			last, at = i, i.Next()
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
		if votes[last.Addr]++; votes[last.Addr] > most {
			most, found = votes[last.Addr], last
		}
	}
	if most > 0 {
		return found, true
	}
	if n <= int(pc-from) {
		return found, false
	}
	i, err := s.arch.Decode(pc, code[pc-from:])
	return i, err == nil && i.Store.Count != machine.NoReg
}
