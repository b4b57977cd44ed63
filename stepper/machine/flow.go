package machine

import (
	"sort"

	"rseqstep/table"
)

// Code is some code to be decoded by following its control flow, with prior
// knowledge about it.
type Code struct {
	Arch    *Arch
	Ranges  []Range      // sorted, not overlapping
	Entries []table.Addr // known starts of instructions: a thread's PC, a function's entry, abort handlers
	Likely  []table.Addr // probable starts: the statements of the line table
	Data    []Range      // bytes in them that are not code: signatures
	Read    Read
}

// Read fills p with the program's bytes at addr, as Memory.ReadMemory does.
type Read func(addr table.Addr, p []byte) (n int, err error)

// flow decodes instructions in the order in which control reaches them. It does
// not decode unreached bytes: they may be data. The instruction after a call or
// a system call counts as reached; so do, after everything that the entries
// reach, the likely places and the instruction after a trap (a handler of
// SIGILL or SIGTRAP may skip it). Those are dropped if they contradict an
// instruction reached from an entry.
type flow struct {
	arch  *Arch
	known []part // results of earlier runs
	parts []part
	data  []Range
	note  func(i *Insn, sure bool)
	lost  func(from, to table.Addr, sure bool) // to is reached but is data, or does not decode
	todo  []Branch
	later []table.Addr
}

// part is a range being decoded.
type part struct {
	Range
	code   []byte  // the readable bytes, including up to MaxLen-1 bytes after the range
	begins byteSet // the bytes at which an instruction begins
	within byteSet // the bytes inside an instruction that began before
}

// byteSet is a set of byte offsets.
type byteSet []uint64

func newByteSet(n table.Addr) byteSet   { return make(byteSet, (n+63)/64) }
func (b byteSet) has(n table.Addr) bool { return b[n/64]>>(n%64)&1 != 0 }
func (b byteSet) set(n table.Addr)      { b[n/64] |= 1 << (n % 64) }

// run follows the code from its entries, then from the likely places.
func (f *flow) run(c *Code) {
	f.arch = c.Arch
	f.data = c.Data
	for _, r := range c.Ranges {
		if r.High <= r.Low {
			continue
		}
		size := r.High - r.Low
		p := part{Range: r, begins: newByteSet(size), within: newByteSet(size)}
		if known := partAt(f.known, r.Low); known != nil && known.Range == r {
			p = *known
		}
		code := make([]byte, r.High-r.Low+MaxLen-1)
		n, _ := c.Read(r.Low, code)
		if n < int(r.High-r.Low) { // the end of the range may be the end of the mapping
			n, _ = c.Read(r.Low, code[:r.High-r.Low])
		}
		p.code = code[:n]
		f.parts = append(f.parts, p)
	}
	for _, a := range c.Entries {
		f.reach(0, a, true)
	}
	for _, a := range c.Likely {
		f.reach(0, a, false)
	}
	for len(f.later) > 0 {
		a := f.later[0]
		f.later = f.later[1:]
		f.reach(0, a, false)
	}
}

// partAt finds the range that contains a.
func partAt(parts []part, a table.Addr) *part {
	n := sort.Search(len(parts), func(n int) bool { return parts[n].High > a })
	if n == len(parts) || parts[n].Low > a {
		return nil
	}
	return &parts[n]
}

func (f *flow) part(a table.Addr) *part { return partAt(f.parts, a) }

// isData reports whether bytes of [low, high) are known not to be code.
func (f *flow) isData(low, high table.Addr) bool {
	for _, r := range f.data {
		if r.Low < high && low < r.High {
			return true
		}
	}
	return false
}

// reach decodes from an address on.
func (f *flow) reach(from, to table.Addr, sure bool) {
	f.todo = append(f.todo[:0], Branch{from, to})
	for len(f.todo) > 0 {
		b := f.todo[len(f.todo)-1]
		f.todo = f.todo[:len(f.todo)-1]
		f.step(b.From, b.To, sure)
	}
}

func (f *flow) step(from, to table.Addr, sure bool) {
	p := f.part(to)
	if p == nil || p.begins.has(to-p.Low) || !sure && p.within.has(to-p.Low) {
		return
	}
	if f.isData(to, to+1) {
		// A thread whose PC is there is better evidence.
		if from != 0 || !sure {
			f.lost(from, to, sure)
			return
		}
	}
	var code []byte
	if off := int(to - p.Low); off < len(p.code) {
		code = p.code[off:]
	}
	i, err := f.arch.Decode(to, code)
	if err != nil || !sure && (f.isData(to, i.Next()) || f.contradicts(p, &i)) {
		f.lost(from, to, sure)
		return
	}
	p.begins.set(to - p.Low)
	for a := to + 1; a < i.Next(); a++ {
		if q := f.part(a); q != nil {
			q.within.set(a - q.Low)
		}
	}
	f.note(&i, sure)
	if i.Kind == Trap {
		f.later = append(f.later, i.Next())
	}
	if i.Continues() {
		f.todo = append(f.todo, Branch{to, i.Next()})
	}
	if i.Kind == Jump || i.Kind == CondJump {
		f.todo = append(f.todo, Branch{to, i.Target})
	}
}

// contradicts reports whether another instruction begins inside i.
func (f *flow) contradicts(p *part, i *Insn) bool {
	for a := i.Addr + 1; a < i.Next(); a++ {
		if q := f.part(a); q != nil && q.begins.has(a-q.Low) {
			return true
		}
	}
	return false
}

// Layout records which bytes of some code are instructions, as far as control
// flow shows.
type Layout struct{ parts []part }

// Lay decodes code. It does not keep the bytes.
func Lay(c Code) *Layout {
	l := &Layout{}
	l.Add(c)
	return l
}

// Add decodes more of the same ranges, from other entries.
func (l *Layout) Add(c Code) {
	f := flow{known: l.parts, note: func(*Insn, bool) {}, lost: func(_, _ table.Addr, _ bool) {}}
	f.run(&c)
	for n := range f.parts {
		f.parts[n].code = nil
	}
	l.parts = f.parts
}

// Begins reports whether an instruction that control reaches begins at a.
func (l *Layout) Begins(a table.Addr) bool {
	p := partAt(l.parts, a)
	return p != nil && p.begins.has(a-p.Low)
}

// Within reports whether a is inside an instruction that control reaches, after its first
// byte. If instructions overlap, another one may begin there.
func (l *Layout) Within(a table.Addr) bool {
	p := partAt(l.parts, a)
	return p != nil && p.within.has(a-p.Low)
}
