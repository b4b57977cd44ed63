package symbols

import (
	"rseqstep/stepper"
	"rseqstep/table"
)

// LineInfo is the result of `info line`: the addresses of one row of a line
// table.
type LineInfo struct {
	Line       stepper.Line
	Low, High  table.Addr
	Function   string // the concrete function's
	LowOffset  uint64 // of Low in Function
	HighOffset uint64
}

// LineInfoAt is the line table row that covers an address.
func (s *Set) LineInfoAt(addr table.Addr) (LineInfo, bool) {
	m := s.Module(addr)
	if m == nil {
		return LineInfo{}, false
	}
	a := m.file(addr)
	u := m.img.unitAt(a)
	if u == nil {
		return LineInfo{}, false
	}
	t := u.lineTable()
	q, k, ok := t.at(a)
	if !ok || q.rows[k].line == 0 {
		return LineInfo{}, false
	}
	x := LineInfo{
		Line: stepper.Line{File: t.file(q.rows[k]), Line: int(q.rows[k].line)},
		Low:  m.process(q.rows[k].addr), High: m.process(q.end(k)),
	}
	if f, ok := s.Function(addr); ok {
		x.Function = f.Name
		x.LowOffset, x.HighOffset = uint64(x.Low-f.Entry), uint64(x.High-f.Entry)
	}
	return x, true
}

// LineInfo is the rows for a location in Lookup's syntax: for a line all rows
// that begin its statements, one per block; for a function the row at its
// entry.
func (s *Set) LineInfo(location string, near table.Addr) ([]LineInfo, error) {
	loc, err := s.parse(location, near)
	if err != nil {
		return nil, err
	}
	var addrs []table.Addr
	if loc.function == "" {
		rows, line, err := s.lineRows(loc)
		if err != nil {
			return nil, err
		}
		for _, r := range onePerBlock(rows, line) {
			addrs = append(addrs, r.m.process(r.addr))
		}
	} else {
		places, err := s.Lookup(location, near)
		if err != nil {
			return nil, err
		}
		for _, p := range places {
			if f, ok := s.Function(p.Addr); ok {
				addrs = append(addrs, f.Entry)
			}
		}
	}
	var out []LineInfo
	for _, a := range addrs {
		if x, ok := s.LineInfoAt(a); ok {
			out = append(out, x)
		}
	}
	if len(out) == 0 {
		return nil, lookupErr(ErrNoDebugInfo, location, "no line number information for %q", location)
	}
	return out, nil
}
