package expr

import (
	"fmt"
	"strings"

	"rseqstep/table"
)

// ExamineState is the state of "x": where the next one begins and its format.
type ExamineState struct {
	Next   table.Addr
	Letter byte // 0: none yet, hexadecimal
	Size   byte
	count  int
	known  bool // Next is valid
}

// Disassembler disassembles the instruction at addr and returns its length in bytes.
type Disassembler func(addr table.Addr) (text string, length int, err error)

// ExamineFormat reads the format of "x/…" with defaults from the last one:
// letter and size stay until changed. again: there was no argument at all, so
// the count stays too.
func (s *Session) ExamineFormat(text string, again bool) (Format, error) {
	def := Format{Letter: s.Examine.Letter, Size: s.Examine.Size}
	f, err := ParseFormat(text, Format{})
	if err != nil {
		return f, err
	}
	if again && text == "" {
		f.Count = max(s.Examine.count, 1)
	}
	saidSize := f.Size != 0
	if f.Letter == 0 {
		if f.Letter = def.Letter; f.Letter == 0 {
			f.Letter = 'x'
		}
	}
	switch {
	case saidSize:
	case f.Letter == 'a':
		f.Size = 'g'
	case f.Letter == 'c', f.Letter == 's' && def.Letter != 's':
		f.Size = 'b'
	case f.Letter == 'f':
		if f.Size = def.Size; f.Size != 'w' && f.Size != 'g' {
			f.Size = 'g'
		}
	case def.Size != 0:
		f.Size = def.Size
	default:
		f.Size = 'w'
	}
	return f, nil
}

// ExamineAddress is the start address of "x expression": the address of an
// array or a non-pointer object, else the pointer's target.
func (c *Context) ExamineAddress(v Value) (table.Addr, error) {
	v, err := c.follow(v)
	if err != nil {
		return 0, err
	}
	switch strip(v.Type).Kind {
	case Array, Func, NoDebug:
		if v.kind == placeMemory {
			return v.addr, nil
		}
	}
	n, err := c.integer(v)
	return tableAddr(n), err
}

// ExamineNext is where a bare "x" continues.
func (s *Session) ExamineNext() (table.Addr, error) {
	if !s.Examine.known {
		return 0, sentence("Argument required (starting display address).")
	}
	return s.Examine.Next, nil
}

// SetExamined sets $_ to an address in the code, where a bare "x" continues.
func (s *Session) SetExamined(a table.Addr) {
	s.vars["_"] = newValue(PointerTo(s.basics.void), leave(uint64(a), 8))
	s.Examine.Next, s.Examine.known = a, true
}

// sizes of the letters b, h, w, g in bytes.
func letterSize(size byte) int64 {
	switch size {
	case 'b':
		return 1
	case 'h':
		return 2
	case 'g':
		return 8
	}
	return 4
}

// ExamineMemory formats memory from addr on as "x/FMT" does, line by line, and
// records where it ended. dis is needed only for 'i'. On an error it also
// returns the text so far.
func (c *Context) ExamineMemory(addr table.Addr, f Format, dis Disassembler) (string, error) {
	var b strings.Builder
	s := c.Session
	s.Examine = ExamineState{Next: addr, Letter: f.Letter, Size: f.Size, count: f.Count, known: true}
	pc := table.Addr(0)
	if fr, err := c.frame(); err == nil {
		pc = fr.PC
	}
	size := letterSize(f.Size)
	perLine := map[int64]int{1: 8, 2: 8, 4: 4, 8: 2}[size]
	if f.Letter == 's' || f.Letter == 'i' {
		perLine = 1
	}
	start := addr
	if f.Count < 0 {
		if f.Letter == 's' || f.Letter == 'i' {
			return "", sentence("Strings and instructions are shown forwards only: their starts before an address are not known.")
		}
		start += table.Addr(int64(f.Count) * size)
		addr, f.Count = start, -f.Count
		defer func() { s.Examine.Next = start }() // the next ones are before these
	}
	for n := 0; n < f.Count; n++ {
		if n%perLine == 0 {
			if n > 0 {
				b.WriteString("\n")
			}
			if f.Letter == 'i' {
				if addr == pc && pc != 0 {
					b.WriteString("=> ")
				} else {
					b.WriteString("   ")
				}
			}
			b.WriteString(c.AddressText(addr) + ":")
		}
		b.WriteString("\t")
		text, used, err := c.examineOne(addr, f, size, dis)
		if err != nil {
			return b.String(), err
		}
		b.WriteString(text)
		t := c.basics().unit[size] // for a floating-point number, too
		s.vars["_"] = newValue(PointerTo(t), leave(uint64(addr), 8))
		if s.vars["__"] = memoryValue(t, addr); f.Letter == 's' || f.Letter == 'i' {
			delete(s.vars, "__")
		}
		addr += table.Addr(used)
		s.Examine.Next = addr
	}
	return b.String(), nil
}

func (c *Context) examineOne(addr table.Addr, f Format, size int64, dis Disassembler) (string, int64, error) {
	switch f.Letter {
	case 'i':
		if dis == nil {
			return "", 0, sentence("Instructions cannot be shown here.")
		}
		text, n, err := dis(addr)
		return text, int64(n), err
	case 's':
		elem := c.basics().char
		switch f.Size {
		case 'h':
			elem = c.basics().char16
		case 'w':
			elem = c.basics().char32
		}
		limit := c.Session.Options.limit()
		data, ended, err := c.readString(addr, elem.Size, limit)
		if err != nil && len(data) == 0 {
			return fmt.Sprintf("<error: %v>", err), elem.Size, nil
		}
		text := c.stringText(data, elem, limit, !ended && err == nil, false)
		used := int64(len(data))
		if ended {
			used += elem.Size
		}
		return text, used, nil
	}
	b := make([]byte, size)
	if err := c.read(addr, b); err != nil {
		return "", 0, err
	}
	t := c.unitType(f, size)
	v := newValue(t, b)
	text, err := c.letterText(v, t, f.Letter, size)
	return text, size, err
}

// unitType is the type of one unit of "x".
func (c *Context) unitType(f Format, size int64) *Type {
	b := c.basics()
	if f.Letter == 'f' && size >= 4 {
		return map[int64]*Type{4: b.float, 8: b.double}[size]
	}
	return b.unit[size]
}
