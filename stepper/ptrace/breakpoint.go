//go:build linux && (amd64 || arm64)

package ptrace

import (
	"errors"
	"sort"

	"rseqstep/stepper/tracee"
	"rseqstep/table"
)

// trapLen is the length of a breakpoint instruction, bytes.
const trapLen = len(opBreakpoint)

// trap is that instruction.
var trap = [trapLen]byte([]byte(opBreakpoint))

// point is one planted breakpoint instruction.
type point struct {
	at  table.Addr
	was [trapLen]byte // the original bytes
}

// copyOver copies what a breakpoint has at b's bytes (its instruction, or the original) into buf, as
// far as buf, which is memory at addr, covers them.
func (b *point) copyOver(addr table.Addr, buf []byte, has [trapLen]byte) {
	for n := range trapLen {
		if i := uint64(b.at - addr + table.Addr(n)); i < uint64(len(buf)) {
			buf[i] = has[n]
		}
	}
}

// take makes the bytes of buf, which is memory at addr, the original ones, as far as it covers them.
func (b *point) take(addr table.Addr, buf []byte) {
	for n := range trapLen {
		if i := uint64(b.at - addr + table.Addr(n)); i < uint64(len(buf)) {
			b.was[n] = buf[i]
		}
	}
}

// points are the planted breakpoints, by address.
type points struct {
	list []point
	past map[table.Addr]bool // every address that ever had one in this program
}

func (ps *points) search(at table.Addr) (int, bool) {
	i := sort.Search(len(ps.list), func(i int) bool { return ps.list[i].at >= at })
	return i, i < len(ps.list) && ps.list[i].at == at
}

func (ps *points) planted(at table.Addr) bool {
	if len(ps.list) == 0 {
		return false
	}
	_, ok := ps.search(at)
	return ok
}

// span returns the index range of the points that overlap [addr, addr+n).
func (ps *points) span(addr table.Addr, n int) (first, last int) {
	if len(ps.list) == 0 {
		return 0, 0
	}
	first, _ = ps.search(addr)
	for last = first; last < len(ps.list) && uint64(ps.list[last].at-addr) < uint64(n); last++ {
	}
	for trapLen > 1 && n > 0 && first > 0 && addr-ps.list[first-1].at < table.Addr(trapLen) {
		first--
	}
	return first, last
}

// hide puts the original bytes into a copy of memory.
func (ps *points) hide(addr table.Addr, buf []byte) {
	for i, last := ps.span(addr, len(buf)); i < last; i++ {
		ps.list[i].copyOver(addr, buf, ps.list[i].was)
	}
}

// forget drops every breakpoint without touching memory, as needed after an
// exec.
func (ps *points) forget() { *ps = points{} }

// Insert plants a breakpoint at addr. The caller decides whether a breakpoint may be there.
func (p *Process) Insert(addr table.Addr) error {
	i, ok := p.points.search(addr)
	if ok {
		return nil
	}
	if addr%opAlign != 0 {
		return &Error{Op: "insert breakpoint", TID: p.pid, Err: notAligned(addr)}
	}
	var was [trapLen]byte
	if _, err := p.readRaw(addr, was[:]); err != nil {
		return err
	}
	if !p.lifted {
		if _, err := p.writeRaw(addr, trap[:]); err != nil {
			return err
		}
	}
	if p.points.past == nil {
		p.points.past = map[table.Addr]bool{}
	}
	p.points.past[addr] = true
	p.points.list = append(p.points.list, point{})
	copy(p.points.list[i+1:], p.points.list[i:])
	p.points.list[i] = point{at: addr, was: was}
	return nil
}

// Remove removes the breakpoint at addr. If its memory is unmapped or holds something else by
// now, there is nothing to restore. Threads that executed it and whose stop is unreported
// resume from there.
func (p *Process) Remove(addr table.Addr) error {
	i, ok := p.points.search(addr)
	if !ok {
		return nil
	}
	if !p.lifted {
		if err := p.uncover(&p.points.list[i]); err != nil {
			return err
		}
	}
	p.points.list = append(p.points.list[:i], p.points.list[i+1:]...)
	p.unqueue(func(ev *tracee.Event) bool { return ev.Kind == tracee.EventBreakpoint && ev.Addr == addr })
	return nil
}

// uncover takes a breakpoint out of memory, if it is there: the program may have unmapped
// the memory, mapped other memory in its place, or written other code. It is read as it
// is written, through the open file: while a program that was executed is being taken
// care of, that is still the old program's memory, which other processes may go on in.
func (p *Process) uncover(b *point) error {
	if p.mem == nil {
		return nil
	}
	var there [trapLen]byte
	_, unread := p.mem.ReadAt(there[:], int64(b.at))
	if unread == nil && there != trap {
		b.was = there
		return nil
	}
	_, err := p.writeRaw(b.at, b.was[:])
	if err != nil && unread != nil {
		return nil
	}
	return err
}

// Inserted reports whether a breakpoint is planted at addr.
func (p *Process) Inserted(addr table.Addr) bool { return p.points.planted(addr) }

// removeAll removes every breakpoint it can.
func (p *Process) removeAll() error {
	var errs error
	for i := len(p.points.list) - 1; i >= 0; i-- {
		errs = errors.Join(errs, p.Remove(p.points.list[i].at))
	}
	return errs
}

// lift takes the breakpoints out of memory and keeps the list, for as long as an
// untraced process shares the memory.
func (p *Process) lift() error {
	if p.lifted {
		return nil
	}
	for i := range p.points.list {
		if err := p.uncover(&p.points.list[i]); err != nil {
			return err
		}
	}
	p.lifted = true
	return nil
}

// liftForSharer is lift for one more process that shares the memory; sharerGone reports
// that one of them no longer does.
func (p *Process) liftForSharer() error {
	p.sharers++
	return p.lift()
}

func (p *Process) sharerGone() error {
	if p.sharers > 0 {
		p.sharers--
	}
	if p.sharers > 0 {
		return nil
	}
	return p.replant()
}

// replant undoes lift.
func (p *Process) replant() error {
	if !p.lifted {
		return nil
	}
	p.lifted = false
	var errs error
	for i := range p.points.list {
		_, err := p.writeRaw(p.points.list[i].at, trap[:])
		errs = errors.Join(errs, err)
	}
	return errs
}
