package symbols

import "sort"

// lineAt is the line of a file address as seen from an inline depth: the
// line-table row's, or the position of the call inlined at depth+1.
func (im *image) lineAt(pc uint64, depth int) (file string, line int, ok bool) {
	calls := inlinedCalls(im.scopesAt(pc))
	if depth+1 < len(calls) && depth >= 0 {
		c := calls[depth+1].call
		return c.file, c.line, c.line > 0
	}
	u := im.unitAt(pc)
	if u == nil {
		return "", 0, false
	}
	t := u.lineTable()
	s, k, ok := t.at(pc)
	if !ok || s.rows[k].line == 0 {
		return "", 0, false
	}
	return t.file(s.rows[k]), int(s.rows[k].line), true
}

func (t *lineTable) file(r row) string {
	if i := r.file(); i < len(t.files) {
		return t.files[i]
	}
	return ""
}

// lineStart reports whether a statement begins exactly at a file address as
// seen from an inline depth.
func (im *image) lineStart(pc uint64, depth int) bool {
	calls := inlinedCalls(im.scopesAt(pc))
	if depth+1 < len(calls) && depth >= 0 {
		return calls[depth+1].entry == pc
	}
	u := im.unitAt(pc)
	if u == nil {
		return false
	}
	s, k, ok := u.lineTable().at(pc)
	return ok && s.rows[k].addr == pc && s.rows[k].isStmt() && s.rows[k].line != 0
}

// lineRanges is every part of pc's function, or of the call inlined at depth,
// that shows pc's line there. Rows of line 0, code without a source line, count
// as part of any line, as in LLDB: a step continues through them.
func (im *image) lineRanges(pc uint64, depth int) []span {
	file, line, ok := im.lineAt(pc, depth)
	f := im.fnAt(pc)
	if !ok {
		return nil
	}
	if f == nil { // assembler source without a subprogram: the consecutive rows around pc
		return im.lineRun(pc, file, line)
	}
	calls := inlinedCalls(f.scopeTree().path(pc))
	if depth < 0 || depth >= len(calls) {
		depth = len(calls) - 1
	}
	home := calls[depth]
	// Code inlined one level deeper has the lines of its calls, other code the
	// lines of its rows.
	nested := home.nestedCalls(nil)
	var out []span
	for _, c := range nested {
		if c.call.line == line && c.call.file == file {
			out = append(out, c.ranges...)
		}
	}
	t := f.unit.lineTable()
	for _, part := range home.ranges {
		for _, r := range t.rowsIn(part) {
			if r.line == 0 || int(r.line) == line && t.file(r.row) == file {
				out = append(out, subtract(r.span, nested)...)
			}
		}
	}
	return merge(out)
}

// lineRun is the range of consecutive rows of one line around pc.
func (im *image) lineRun(pc uint64, file string, line int) []span {
	t := im.unitAt(pc).lineTable()
	s, _, ok := t.at(pc)
	if !ok {
		return nil
	}
	var out []span
	for _, r := range t.rowsIn(s.span) {
		if int(r.line) == line && t.file(r.row) == file {
			out = append(out, r.span)
		}
	}
	for _, r := range merge(out) {
		if pc-r.lo < r.hi-r.lo {
			return []span{r}
		}
	}
	return nil
}

// nestedCalls collects the inlined calls one level below the scope, those in
// its blocks included.
func (s *Scope) nestedCalls(out []*Scope) []*Scope {
	for _, c := range s.children {
		if c.isInlined() {
			out = append(out, c)
		} else {
			out = c.nestedCalls(out)
		}
	}
	return out
}

// rowSpan is a row and the addresses to which it applies.
type rowSpan struct {
	row
	span
}

// rowsIn is the rows that apply in a part of the code, clipped to it.
func (t *lineTable) rowsIn(part span) []rowSpan {
	var out []rowSpan
	for pc := part.lo; pc < part.hi; {
		s, k, ok := t.at(pc)
		if !ok {
			next := t.nextStart(pc)
			if next <= pc {
				break
			}
			pc = next
			continue
		}
		end := min(s.end(k), part.hi)
		if end <= pc {
			break
		}
		out = append(out, rowSpan{s.rows[k], span{pc, end}})
		pc = end
	}
	return out
}

// nextStart is where the next sequence after pc begins, 0 if none does.
func (t *lineTable) nextStart(pc uint64) uint64 {
	i := sort.Search(len(t.index), func(i int) bool { return t.index[i].lo > pc })
	if i == len(t.index) {
		return 0
	}
	return t.index[i].lo
}

// subtract is what remains of a span outside the ranges of some scopes.
func subtract(s span, from []*Scope) []span {
	rest := []span{s}
	for _, c := range from {
		for _, cut := range c.ranges {
			var next []span
			for _, r := range rest {
				if cut.hi <= r.lo || cut.lo >= r.hi {
					next = append(next, r)
					continue
				}
				if r.lo < cut.lo {
					next = append(next, span{r.lo, cut.lo})
				}
				if cut.hi < r.hi {
					next = append(next, span{cut.hi, r.hi})
				}
			}
			rest = next
		}
	}
	return rest
}
