package unit

import (
	"errors"
	"fmt"

	"rseqstep/table"
)

// ErrEmpty means that a section has no instructions (its End is not after its
// Start), ErrStraddle that its last instruction runs past its End.
var (
	ErrEmpty    = errors.New("section is empty")
	ErrStraddle = errors.New("instruction runs past the end of the section")
)

// Body is a critical section's code, decoded. Addresses are process addresses.
type Body struct {
	Start, End, Abort table.Addr

	Insns []Insn // in order of address, without gaps
	Exits []Exit // by address: post-commit, abort, declared and decoded ones

	// Final is the section's last store, the one that commits by convention,
	// or 0 when it stores nowhere.
	Final table.Addr
	// ToEnd lists the branches inside that lead to End: by them the section
	// can reach post-commit without its final store.
	ToEnd []table.Addr
	// Sure is true when every way from Start to End runs Final (or, without
	// one, the last instruction), so that reaching End is proof of a commit.
	Sure bool

	Calls    []table.Addr // call instructions: during the callee the section is not protected
	Syscalls []table.Addr // system calls, which sections must not make (see rseq(2))
	Indirect []table.Addr // indirect jumps and returns: they may leave to exits that are not known

	failures []failure // one for each of ToEnd, unless Sure
	bypassed bool      // End can be reached without Final even when no branch of ToEnd is taken
	commit   int       // index in Insns of Final, or of the last instruction
}

// Contains reports whether pc is inside [Start, End).
func (b *Body) Contains(pc table.Addr) bool { return uint64(pc-b.Start) < uint64(b.End-b.Start) }

// Insn finds the instruction that begins at pc, nil for none.
func (b *Body) Insn(pc table.Addr) *Insn {
	if n, ok := b.index(pc); ok {
		return &b.Insns[n]
	}
	return nil
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

// DecodeBody decodes a section from code, the bytes at [p.Start, p.End).
// Errors are ErrEmpty, ErrStraddle, and a *DecodeError for bytes that are no
// instruction; the Body is zero exactly when there is one.
func DecodeBody(p *table.Placed, code []byte) (Body, error) {
	b := Body{Start: p.Start, End: p.End, Abort: p.Abort, commit: -1}
	if p.End <= p.Start {
		return Body{}, fmt.Errorf("section %v to %v: %w", p.Start, p.End, ErrEmpty)
	}
	exits := exitSet{}
	exits.add(p.End, ExitPostCommit)
	exits.add(p.Abort, ExitAbort)
	for _, e := range p.Exits {
		exits.add(e, ExitDeclared)
	}
	for pc := p.Start; pc < p.End; {
		offset := uint64(pc - p.Start)
		if offset > uint64(len(code)) {
			offset = uint64(len(code))
		}
		i, err := Decode(pc, code[offset:])
		if err != nil {
			return Body{}, fmt.Errorf("section %v: %w", p.Start, err)
		}
		if uint64(p.End-pc) < uint64(i.Len) {
			return Body{}, fmt.Errorf("section %v, instruction %v: %w", p.Start, pc, ErrStraddle)
		}
		b.note(&i, exits)
		b.Insns = append(b.Insns, i)
		pc = i.Next()
	}
	b.Exits = exits.sorted()
	if b.commit < 0 {
		b.commit = len(b.Insns) - 1
	} else {
		b.Final = b.Insns[b.commit].Addr
	}
	b.findFailures()
	return b, nil
}

// note records what one instruction, about to be appended, does.
func (b *Body) note(i *Insn, exits exitSet) {
	switch i.Kind {
	case Jump, CondJump:
		if b.Contains(i.Target) {
			break
		}
		e := exits.add(i.Target, ExitBranch)
		e.From = append(e.From, i.Addr)
		if i.Target == b.End {
			b.ToEnd = append(b.ToEnd, i.Addr)
		}
	case Call, IndirectCall:
		b.Calls = append(b.Calls, i.Addr)
	case IndirectJump, Return:
		b.Indirect = append(b.Indirect, i.Addr)
	case Syscall:
		b.Syscalls = append(b.Syscalls, i.Addr)
	}
	if i.Store.Size > 0 && i.Kind == Plain {
		b.commit = len(b.Insns)
	}
}
