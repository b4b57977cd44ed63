package symbols

import (
	"path"

	"rseqstep/stepper/unit"
	"rseqstep/table"
)

// What has run of a frame-pointer prologue.
type prologue int

const (
	prologueDone   prologue = iota // rbp points at the frame, or there is no such prologue
	prologueNone                   // nothing yet: the return address is on top
	prologuePushed                 // rbp is pushed, not yet changed
)

// maxPrologue is how many bytes of a function are looked at: endbr64 (4), push
// %rbp (1), mov (3).
const maxPrologue = 8

// framePrologue measures `[endbr64] push %rbp; mov %rsp,%rbp` at the start of a
// function's code. push is the offset after the push, end the offset after the
// mov, 0 for a function that does not begin so.
func framePrologue(p []byte) (push, end int) {
	if len(p) >= 4 && p[0] == 0xf3 && p[1] == 0x0f && p[2] == 0x1e && p[3] == 0xfa { // endbr64
		push = 4
	}
	if len(p) <= push || p[push] != 0x55 { // push %rbp
		return 0, 0
	}
	push++
	rest := p[push:]
	if len(rest) >= 3 && rest[0] == 0x48 && (rest[1] == 0x89 && rest[2] == 0xe5 || rest[1] == 0x8b && rest[2] == 0xec) {
		return push, push + 3
	}
	return 0, 0
}

// prologueState says how far a thread at pc is in its function's prologue.
func prologueState(entry, pc table.Addr, mem unit.Memory) prologue {
	if pc == entry {
		return prologueNone
	}
	var p [maxPrologue]byte
	n, _ := mem.ReadMemory(entry, p[:])
	push, end := framePrologue(p[:n])
	switch off := pc - entry; {
	case end == 0 || off >= table.Addr(end):
		return prologueDone
	case off < table.Addr(push):
		return prologueNone
	default:
		return prologuePushed
	}
}

// isAssembler reports whether a source file is assembler, by its name as gdb
// does: every line of it is a statement of the programmer's.
func isAssembler(file string) bool {
	switch path.Ext(file) {
	case ".s", ".S", ".sx", ".asm":
		return true
	}
	return false
}

// body is the file address where `break f` goes. Where the compiler marks it
// (prologue_end: clang and Go do, gcc does not) that is the mark. Else, as gdb
// does on amd64, the end of the row that the frame-pointer prologue ends in; the
// entry for a function that sets up no frame pointer, and for one in assembler.
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
	p := make([]byte, maxPrologue)
	if im.main.readAt(entry, p) != nil {
		p = nil
	}
	_, end := framePrologue(p)
	if f == nil {
		return entry + uint64(end)
	}
	t := f.unit.lineTable()
	first := span{}
	for _, s := range f.spans {
		if entry-s.lo < s.hi-s.lo {
			first = span{entry, s.hi}
		}
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
