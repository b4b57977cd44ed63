package symbols

import (
	"debug/dwarf"
	"path"
	"strings"

	"rseqstep/stepper/machine"
	"rseqstep/table"
)

// How much of a frame-pointer prologue has run.
type prologue int

const (
	prologueDone   prologue = iota // the frame pointer points at the frame, or there is no such prologue
	prologueNone                   // nothing yet
	prologuePushed                 // the caller's frame pointer is saved, not yet changed
)

// prologueState is how much of its function's prologue a thread has run. size is the distance from the
// frame pointer to the canonical frame address once it is set; 0 for a function that has no such
// prologue.
func prologueState(entry table.Addr, r *machine.Regs, mem machine.Memory) (state prologue, size table.Addr) {
	var p [machine.PrologueLen]byte
	n, _ := mem.ReadMemory(entry, p[:])
	saved, end := r.Arch().Prologue(p[:n])
	if end > 0 {
		size = r.Arch().FrameSize(p[:end])
	}
	switch off := r.PC() - entry; {
	case off == 0, end > 0 && off < table.Addr(saved):
		return prologueNone, size
	case end == 0 || off >= table.Addr(end):
		return prologueDone, size
	}
	return prologuePushed, size
}

// isAssembler reports whether a source file is assembler, by its extension as
// in gdb: every line of it is a statement by the programmer.
func isAssembler(file string) bool {
	switch path.Ext(file) {
	case ".s", ".S", ".sx", ".asm":
		return true
	}
	return false
}

// body is the file address for `break f`. If the compiler marks it (prologue_end: clang
// and Go do, gcc does not), it is the mark. Otherwise it is, as in gdb on amd64, the end
// of the row in which the frame-pointer prologue ends; the entry for a function that sets
// up no frame pointer, and for one in assembler.
func (im *image) body(f *fn, entry uint64) uint64 {
	if f == nil || entry != f.entry {
		return im.findBody(f, entry)
	}
	if f.body == 0 {
		f.body = im.findBody(f, entry)
	}
	return f.body
}

func (im *image) findBody(f *fn, entry uint64) uint64 {
	end := 0
	for p := make([]byte, machine.PrologueLen); im.arch != nil && len(p) > 0; p = p[:len(p)/2] {
		if im.main.readAt(entry, p) == nil { // the file may end nearby
			_, end = im.arch.Prologue(p)
			break
		}
	}
	t, first := im.linesOf(f, entry)
	if t == nil {
		return entry + uint64(end)
	}
	rows := t.rowsIn(first)
	if len(rows) > 0 && isAssembler(t.file(rows[0].row)) {
		return entry
	}
	for _, r := range rows {
		if r.prologueEnd() && r.line != 0 {
			return r.lo
		}
	}
	if im.arch != nil && im.arch.BodyByLines && len(rows) > 0 {
		return im.bodyByLines(t, rows, f, entry, entry+uint64(end))
	}
	if end == 0 || len(rows) == 0 {
		return entry + uint64(end)
	}
	past := entry + uint64(end)
	for _, r := range rows {
		if r.lo >= past && r.isStmt() && r.line != 0 {
			return r.lo
		}
	}
	return past
}

// bodyByLines is gdb's rule for architectures on which it does not decode the prologue of a
// function with lines (skip_prologue_using_sal, gdb/symtab.c): the end of the first row, and of
// those behind it whose lines are smaller; the entry if two rows begin there. In optimized code, where
// gdb trusts the locations of parameters from the entry on, the second row can be conditional
// code: it is the entry. past is the end of a prologue by its instructions, for a function of one row.
func (im *image) bodyByLines(t *lineTable, rows []rowSpan, f *fn, entry, past uint64) uint64 {
	if f != nil && f.unit.optimized() || t.twiceAt(entry) {
		return entry
	}
	if len(rows) == 1 {
		return past
	}
	n := 0
	for n+1 < len(rows) && rows[n+1].line != 0 && rows[n+1].line < rows[n].line && rows[n+1].file() == rows[n].file() && len(inlinedCalls(im.scopesAt(rows[n+1].lo))) <= 1 {
		n++
	}
	if n+1 == len(rows) {
		return rows[n].lo
	}
	return rows[n].hi
}

// twiceAt reports whether a row at an address is followed by another one at that address.
func (t *lineTable) twiceAt(a uint64) bool {
	s, k, ok := t.at(a)
	return ok && s.rows[k].addr == a && (k+1 < len(s.rows) && s.rows[k+1].addr == a && s.rows[k+1].line != 0 || k > 0 && s.rows[k-1].addr == a)
}

// optimized reports whether the compiler was told to optimize the unit. GCC says so.
func (u *cu) optimized() bool {
	producer, _ := u.root.Val(dwarf.AttrProducer).(string)
	for _, word := range strings.Fields(producer) {
		if level, ok := strings.CutPrefix(word, "-O"); ok && level != "0" {
			return true
		}
	}
	return false
}

// linesOf is the line table for a function and its code from entry on. f is nil for a function
// that only the symbol table has: with clang's -gline-tables-only it has lines all the same. The
// table is nil if it has none.
func (im *image) linesOf(f *fn, entry uint64) (*lineTable, span) {
	if f == nil {
		u := im.unitAt(entry)
		s, in, ok := im.nearestSymbol(entry)
		if u == nil || !ok || s.addr != entry {
			return nil, span{}
		}
		if s.size > 0 {
			return u.lineTable(), span{entry, entry + s.size}
		}
		return u.lineTable(), span{entry, in.next(s)}
	}
	first := span{}
	for _, s := range f.spans {
		if entry-s.lo < s.hi-s.lo {
			first = span{entry, s.hi}
		}
	}
	return f.unit.lineTable(), first
}
