package rules

import (
	"fmt"

	"rseqstep/check/code"
	"rseqstep/stepper/machine"
	"rseqstep/table"
)

// judgeRegisters looks for registers that the section changes and that are read, on a path from
// the abort handler on, before they are set.
func judgeRegisters(s *code.Section) (list []hit) {
	f := s.File
	changed := machine.RegSet(0)
	writer := map[machine.Reg]table.Addr{}
	for n := range s.Body.Insns {
		i := &s.Body.Insns[n]
		u, known := f.Arch.Usage(i)
		if !known || i.Next() == s.Body.End && i.Store.Size > 0 {
			continue // behind the commit there is no abort
		}
		for x := machine.Reg(1); x < 64; x++ {
			if u.Changes.Has(x) && x != f.Arch.SP && f.Arch.General.Has(x) {
				changed |= machine.SetOf(x)
				if writer[x] == 0 {
					writer[x] = i.Addr
				}
			}
		}
	}
	for x := machine.Reg(1); x < 64; x++ {
		if !changed.Has(x) {
			continue
		}
		if way, reads := readFirst(f, s.Placed.Abort, x); reads != 0 {
			var path []code.Step
			path = append(path, code.Step{At: writer[x], Note: "the section changes " + f.RegisterName(x)})
			for n, at := range way {
				note := ""
				switch {
				case n == len(way)-1:
					note = "reads it"
				case n == 0:
					note = "the abort handler"
				}
				path = append(path, code.Step{At: at, Note: note})
			}
			list = append(list, hit{rule: "register-changed", section: s, at: reads, path: path, value: f.RegisterName(x),
				detail: fmt.Sprintf("The section changes %s at %v, and after an abort this instruction reads it as if it were unchanged.", f.RegisterName(x), writer[x])})
		}
	}
	return list
}

// readFirst finds an instruction that reads a register on a path from an address on, before
// another sets it; 0 if there is none that is sure to. Calls end a path unless the register
// survives them.
func readFirst(f *code.File, from table.Addr, x machine.Reg) (way []table.Addr, reads table.Addr) {
	f.Walk(from, func(i *machine.Insn, path func() []table.Addr) bool {
		if reads != 0 {
			return false
		}
		u, known := f.Arch.Usage(i)
		switch {
		case !known:
			return false
		case u.Reads.Has(x):
			way, reads = path(), i.Addr
			return false
		case u.Sets.Has(x):
			return false
		case i.Kind == machine.Call || i.Kind == machine.IndirectCall:
			return f.Arch.Saved.Has(x)
		case i.Kind == machine.Syscall:
			return false
		}
		return true
	}, nil)
	return way, reads
}
