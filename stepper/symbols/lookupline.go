package symbols

import (
	"path"
	"sort"

	"rseqstep/stepper"
)

// lineRow is a row that begins a statement of the line looked for.
type lineRow struct {
	m    *Module
	u    *cu
	addr uint64
}

// linePlaces finds where a breakpoint on a line goes.
func (s *Set) linePlaces(loc place) ([]stepper.Place, error) {
	rows, _, err := s.lineRows(loc)
	if err != nil {
		return nil, err
	}
	var out []stepper.Place
	for _, r := range onePerBlock(rows) {
		a := r.addr
		// A line in a function's prologue is met after it, as `break f` is.
		if path := r.m.img.scopesAt(a); len(inlinedCalls(path)) == 1 {
			f := r.m.img.fnAt(a)
			if body := r.m.img.body(f, f.entry); a-f.entry < body-f.entry {
				a = body
			}
		}
		out = append(out, r.m.placeAt(a, ""))
	}
	return distinct(out), nil
}

// lineRows finds the rows of a line in every file that a name stands for, and
// those of the next line that has any when it has none.
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
						rows = append(rows, lineRow{m, u, r.addr})
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

// filesNamed is the indexes of the unit's files that a name stands for.
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
// a line whose code lies in several pieces is stopped at once.
func onePerBlock(rows []lineRow) []lineRow {
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
			h = home{s: path[len(path)-1]}
		}
		if !seen[h] {
			seen[h] = true
			out = append(out, r)
		}
	}
	return out
}
