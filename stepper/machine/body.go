package machine

import (
	"errors"
	"fmt"
	"sort"

	"rseqstep/table"
)

// ErrEmpty is the error for a section without instructions: its End is not after its
// Start.
var ErrEmpty = errors.New("section is empty")

// Body is a critical section's code, decoded. Addresses are process addresses.
type Body struct {
	Start, End, Abort table.Addr

	// Insns are those that control reaches from Start, in order of address. Between them
	// may be data, and code that only an indirect jump leads to.
	Insns []Insn
	Exits []Exit // by address: post-commit, abort, declared and decoded ones

	// Final is the section's last store, the one that commits by convention, or
	// 0 if it has no store.
	Final table.Addr
	// ToEnd lists the branches inside that lead to End: through them the
	// section can reach post-commit without its final store.
	ToEnd []table.Addr
	// Sure is true if every path from Start to End executes Final (or, without
	// one, the last instruction), so that reaching End proves a commit.
	Sure bool

	Calls    []table.Addr // call instructions: during the callee the section is not protected
	Syscalls []table.Addr // system calls, which sections must not make (see rseq(2))
	Indirect []table.Addr // indirect jumps and returns: they may lead to unknown exits
	Lost     []table.Addr // addresses inside that control reaches and that do not decode

	failures []failure // one for each of ToEnd, unless Sure
	bypassed bool      // End can be reached without Final even if no branch of ToEnd is taken
	general  RegSet    // the registers that the architecture's instructions write
	commit   int       // index in Insns of Final, or of the last instruction
}

// Contains reports whether pc is inside [Start, End).
func (b *Body) Contains(pc table.Addr) bool { return uint64(pc-b.Start) < uint64(b.End-b.Start) }

// Insn finds the instruction that begins at pc, nil if there is none.
func (b *Body) Insn(pc table.Addr) *Insn {
	if n, ok := b.index(pc); ok {
		return &b.Insns[n]
	}
	return nil
}

// Within reports whether pc is in the middle of an instruction and is not the start of
// another that control reaches. It is false where no known control flow leads: there may
// be code, or data.
func (b *Body) Within(pc table.Addr) bool {
	for n := range b.Insns {
		if i := &b.Insns[n]; i.Addr == pc {
			return false
		} else if i.Addr < pc && pc < i.Next() {
			return b.Insn(pc) == nil
		}
	}
	return false
}

func (b *Body) index(pc table.Addr) (int, bool) {
	low, high := 0, len(b.Insns)
	for low < high {
		if mid := (low + high) / 2; b.Insns[mid].Addr < pc {
			low = mid + 1
		} else {
			high = mid
		}
	}
	return low, low < len(b.Insns) && b.Insns[low].Addr == pc
}

// DecodeBody decodes a section from code, the bytes at [p.Start, p.End) and, if there are
// any, those after it. It decodes only what control reaches from Start: tables and
// signatures may be in between. The only error is ErrEmpty, or a *DecodeError that
// unwraps to ErrTruncated for code that ends before End; the Body is zero if and only if
// there is one.
func DecodeBody(a *Arch, p *table.Placed, code []byte) (Body, error) {
	b := Body{general: a.General, Start: p.Start, End: p.End, Abort: p.Abort, commit: -1}
	if p.End <= p.Start {
		return Body{}, fmt.Errorf("section %v to %v: %w", p.Start, p.End, ErrEmpty)
	}
	if uint64(len(code)) < uint64(p.End-p.Start) {
		return Body{}, fmt.Errorf("section %v: %w", p.Start, &DecodeError{Addr: p.Start + table.Addr(len(code)), Err: ErrTruncated})
	}
	f := flow{
		note: func(i *Insn, _ bool) { b.Insns = append(b.Insns, *i) },
		lost: func(_, to table.Addr, sure bool) {
			if sure {
				b.Lost = append(b.Lost, to)
			}
		},
	}
	f.run(&Code{
		Arch:    a,
		Ranges:  []Range{{p.Start, p.End}},
		Entries: []table.Addr{p.Start},
		Data:    []Range{{p.Abort - SignatureSize, p.Abort}},
		Read: func(addr table.Addr, q []byte) (int, error) {
			return copy(q, code[addr-p.Start:]), nil
		},
	})
	sort.Slice(b.Insns, func(i, j int) bool { return b.Insns[i].Addr < b.Insns[j].Addr })
	exits := exitSet{}
	exits.add(p.End, ExitPostCommit)
	exits.add(p.Abort, ExitAbort)
	for _, e := range p.Exits {
		exits.add(e, ExitDeclared)
	}
	for n := range b.Insns {
		b.note(n, exits)
	}
	b.Exits = exits.sorted()
	if b.commit < 0 {
		b.commit = len(b.Insns) - 1
	} else {
		b.Final = b.Insns[b.commit].Addr
	}
	b.findFailures(a)
	return b, nil
}

// SignatureSize is the length of the signature before an abort handler, bytes
// (rseq(2)).
const SignatureSize = table.SignatureSize

// Known reports whether the list of exits is complete: an indirect jump, or
// code that does not decode, may lead to others.
func (b *Body) Known() bool { return len(b.Indirect)+len(b.Lost) == 0 }

// note records the effects of instruction number n.
func (b *Body) note(n int, exits exitSet) {
	i := &b.Insns[n]
	leave := func(to table.Addr) {
		e := exits.add(to, ExitBranch)
		e.From = append(e.From, i.Addr)
		if to == b.End {
			b.ToEnd = append(b.ToEnd, i.Addr)
		}
	}
	switch i.Kind {
	case Jump, CondJump:
		if !b.Contains(i.Target) {
			leave(i.Target)
		}
	case Call, IndirectCall:
		b.Calls = append(b.Calls, i.Addr)
	case IndirectJump, Return:
		b.Indirect = append(b.Indirect, i.Addr)
	case Syscall:
		b.Syscalls = append(b.Syscalls, i.Addr)
	}
	if i.Continues() && i.Next() != b.End && !b.Contains(i.Next()) {
		leave(i.Next()) // End is inside the instruction
	}
	if i.Store.Size > 0 && i.Kind == Plain {
		b.commit = n
	}
}
