package symbols

import (
	"path"
	"sort"

	"rseqstep/stepper"
)

// lineRow is a row that begins a statement of the requested line.
type lineRow struct {
	m    *Module
	u    *cu
	addr uint64
	file string // the row's file
}

// depth is the inline depth at which a stop at the row shows its line: where a call
// inlined on the line begins, the line is the caller's. If none begins there, it is the
// innermost depth, as when another row follows at the same address.
func (r *lineRow) depth(line int) int {
	calls := inlinedCalls(r.m.img.scopesAt(r.addr))
	innermost := max(len(calls)-1, 0)
	for d := innermost; d >= 0; d-- {
		if file, l, ok := r.m.img.lineAt(r.addr, d); ok && l == line && file == r.file {
			return d
		}
		if d < len(calls) && calls[d].entry != r.addr {
			break
		}
	}
	return innermost
}

// linePlaces finds the addresses for a breakpoint on a line.
func (s *Set) linePlaces(loc place) ([]stepper.Place, error) {
	rows, line, err := s.lineRows(loc)
	if err != nil {
		return nil, err
	}
	var out []stepper.Place
	for _, r := range onePerBlock(rows, line) {
		im := r.m.img
		if path := im.scopesAt(r.addr); len(inlinedCalls(path)) == 1 {
			// A line in a function's prologue gets its breakpoint after the
			// prologue, as `break f` does.
			f := im.fnAt(r.addr)
			if body := im.body(f, f.entry); r.addr-f.entry < body-f.entry {
				out = append(out, r.m.ownPlace(body, ""))
				continue
			}
		}
		p := r.m.placeAt(r.addr, r.depth(line), "")
		p.Line = stepper.Line{File: r.file, Line: line} // another row may follow at the address
		out = append(out, p)
	}
	return distinct(out), nil
}

// lineRows finds the rows of a line in every file that matches a name, or those
// of the next line that has rows if it has none.
func (s *Set) lineRows(loc place) (rows []lineRow, line int, err error) {
	found, debug := false, false
	line = loc.line
	for _, m := range s.byOrder {
		if _, err := m.img.dwarf(); err != nil {
			continue
		}
		debug = true
		for _, u := range m.img.units {
			wanted := u.filesNamed(loc.file)
			if len(wanted) == 0 {
				continue
			}
			found = true
			for _, q := range u.lineTable().seqs {
				for _, r := range q.rows {
					if !r.isStmt() || int(r.line) < loc.line || !wanted[r.file()] {
						continue
					}
					if l := int(r.line); len(rows) == 0 || l < line {
						rows, line = rows[:0], l
					}
					if int(r.line) == line {
						rows = append(rows, lineRow{m, u, r.addr, u.lineTable().file(r)})
					}
				}
			}
		}
	}
	switch base := path.Base(loc.file); {
	case len(rows) > 0:
		return rows, line, nil
	case found:
		return nil, 0, lookupErr(ErrNoLine, loc.text, "no line %d in file %q", loc.line, base)
	case debug:
		return nil, 0, lookupErr(ErrNoSymbol, loc.text, "no source file named %q", loc.file)
	default:
		return nil, 0, lookupErr(ErrNoDebugInfo, loc.text, "no line %d in file %q: no debug information is loaded", loc.line, base)
	}
}

// filesNamed is the indexes of the unit's files that match a name.
func (u *cu) filesNamed(name string) map[int]bool {
	if !u.compile {
		return nil
	}
	var out map[int]bool
	for i, f := range u.fileNames() {
		if f != "" && fileMatches(name, f) {
			if out == nil {
				out = map[int]bool{}
			}
			out[i] = true
		}
	}
	return out
}

// onePerBlock keeps the first row, by address, of every lexical block, so that
// a line whose code is in several pieces stops a thread only once. A row at the
// beginning of an inlined call of the line belongs to the block around the
// call.
func onePerBlock(rows []lineRow, line int) []lineRow {
	sort.SliceStable(rows, func(i, j int) bool { return rows[i].addr < rows[j].addr })
	type home struct {
		u *cu
		s *Scope
	}
	seen := map[home]bool{}
	var out []lineRow
	for _, r := range rows {
		h := home{u: r.u}
		if path := r.m.img.scopesAt(r.addr); len(path) > 0 {
			last := len(path) - 1
			for depth := r.depth(line); path[last].Inlined > depth; last-- {
			}
			h = home{s: path[last]}
		}
		if !seen[h] {
			seen[h] = true
			out = append(out, r)
		}
	}
	return out
}
