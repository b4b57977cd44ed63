package unit

import (
	"fmt"
	"sort"

	"rseqstep/table"
)

// Range is [Low, High), process addresses.
type Range struct{ Low, High table.Addr }

// Branch is a way from one instruction to another.
type Branch struct{ From, To table.Addr }

// CallSite is a call instruction.
type CallSite struct {
	Addr     table.Addr
	Target   table.Addr // 0 for an indirect one
	Return   table.Addr // the instruction after it
	Indirect bool
}

// Ways is how control can leave the ranges of a source line.
type Ways struct {
	Falls    []Branch     // from the last instruction of a range to the one after it, where that is outside
	Branches []Branch     // direct jumps, conditional ones included, to outside
	Returns  []table.Addr // return instructions
	Calls    []CallSite   // what they return to is outside only if Falls has it
	Jumps    []table.Addr // indirect jumps, which may lead inside as well
	Syscalls []table.Addr // system call instructions
	Stores   bool         // some instruction writes memory
	Insns    int          // how many were decoded
}

// Read fills p with the program's bytes at addr, as Memory.ReadMemory does.
type Read func(addr table.Addr, p []byte) (n int, err error)

// WaysOut decodes every instruction of ranges, which are sorted and do not
// overlap, and reports how control leaves them. A jump from one range to
// another stays inside. Bytes that are no instruction are an error that
// unwraps to a *DecodeError with their address; the Ways are zero exactly when
// there is an error.
func WaysOut(ranges []Range, read Read) (Ways, error) {
	var w Ways
	for _, r := range ranges {
		if r.High <= r.Low {
			continue
		}
		code := make([]byte, r.High-r.Low)
		if n, err := read(r.Low, code); n < len(code) {
			if err == nil {
				err = ErrTruncated
			}
			return Ways{}, fmt.Errorf("reading code at %v: %w", r.Low+table.Addr(n), err)
		}
		for pc := r.Low; pc < r.High; {
			i, err := Decode(pc, code[pc-r.Low:])
			if err != nil {
				return Ways{}, err
			}
			w.note(&i, ranges)
			pc = i.Next()
		}
	}
	return w, nil
}

func (w *Ways) note(i *Insn, ranges []Range) {
	inside := func(pc table.Addr) bool {
		n := sort.Search(len(ranges), func(n int) bool { return ranges[n].High > pc })
		return n < len(ranges) && ranges[n].Low <= pc
	}
	w.Insns++
	w.Stores = w.Stores || i.Store.Size > 0
	switch i.Kind {
	case Jump, CondJump:
		if !inside(i.Target) {
			w.Branches = append(w.Branches, Branch{From: i.Addr, To: i.Target})
		}
	case Return:
		w.Returns = append(w.Returns, i.Addr)
	case Call:
		w.Calls = append(w.Calls, CallSite{Addr: i.Addr, Target: i.Target, Return: i.Next()})
	case IndirectCall:
		w.Calls = append(w.Calls, CallSite{Addr: i.Addr, Return: i.Next(), Indirect: true})
	case IndirectJump:
		w.Jumps = append(w.Jumps, i.Addr)
	case Syscall:
		w.Syscalls = append(w.Syscalls, i.Addr)
	}
	if i.Continues() && !inside(i.Next()) {
		w.Falls = append(w.Falls, Branch{From: i.Addr, To: i.Next()})
	}
}
