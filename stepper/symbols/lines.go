package symbols

import (
	"debug/dwarf"
	"errors"
	"io"
	"path"
	"sort"
	"strings"
)

// row is one row of a line table: the code from addr up to the next row belongs
// to that line. 16 bytes, because a program has millions.
type row struct {
	addr uint64
	line uint32
	bits uint32 // file<<2 | prologueEnd<<1 | isStmt
}

func (r row) file() int         { return int(r.bits >> 2) }
func (r row) isStmt() bool      { return r.bits&1 != 0 }
func (r row) prologueEnd() bool { return r.bits&2 != 0 }

// seq is a sequence: rows by address, covering [lo, hi) without a gap.
type seq struct {
	span
	rows []row
}

// lineTable is a unit's decoded line program.
type lineTable struct {
	files []string // by the index that rows and DW_AT_call_file use
	seqs  []seq    // by address
	index spanIndex
}

// lineTable decodes the unit's lines, once. A malformed program keeps the rows
// before the damage. A split unit's are in the program, with its skeleton.
func (u *cu) lineTable() *lineTable {
	if u.skeleton != nil {
		return u.skeleton.lineTable()
	}
	if u.lines == nil {
		u.lines = &lineTable{}
		// Ignore the error: the rows before the damage are kept.
		_ = u.decodeLines(u.lines)
		for i, s := range u.lines.seqs {
			u.lines.index = append(u.lines.index, owned{s.span, int32(i)})
		}
		u.lines.index.sort()
	}
	return u.lines
}

// fileNames is the unit's file table without decoding its rows.
func (u *cu) fileNames() []string {
	if u.lines != nil {
		return u.lines.files
	}
	lr, err := u.lineReader()
	if err != nil {
		return nil
	}
	return u.namesOf(lr)
}

func (u *cu) lineReader() (lr *dwarf.LineReader, err error) {
	defer guard(&err, "line table header")
	if u.root.Tag != dwarf.TagCompileUnit && u.root.Tag != dwarf.TagSkeletonUnit {
		return nil, errors.New("not a unit with lines")
	}
	lr, err = u.im.dwarfData.LineReader(u.root)
	if err == nil && lr == nil {
		err = errors.New("unit without lines")
	}
	return lr, err
}

func (u *cu) namesOf(lr *dwarf.LineReader) []string {
	dir, _ := u.root.Val(dwarf.AttrCompDir).(string)
	files := lr.Files()
	names := make([]string, len(files))
	for i, f := range files {
		if f != nil {
			names[i] = u.im.intern(absolute(dir, u.notTwice(dir, f.Name)))
		}
	}
	return names
}

// notTwice is a file's name without the compilation directory that debug/dwarf puts in front
// of an absolute name too (debug/dwarf/line.go, readLNCT; DWARF 5). Compilers write an absolute
// name in full only for the unit's own file, clang 14 for one.
func (u *cu) notTwice(dir, name string) string {
	own, _ := u.root.Val(dwarf.AttrName).(string)
	if rest, ok := strings.CutPrefix(name, dir); ok && path.IsAbs(own) && dir != "" && path.Clean(rest) == path.Clean(own) {
		return own
	}
	return name
}

func absolute(dir, name string) string {
	if name == "" {
		return ""
	}
	if !path.IsAbs(name) && path.IsAbs(dir) {
		name = path.Join(dir, name)
	}
	return path.Clean(name)
}

func (im *image) intern(s string) string {
	if have, ok := im.uses[s]; ok {
		return have
	}
	im.uses[s] = s
	return s
}

func (u *cu) decodeLines(t *lineTable) (err error) {
	defer guard(&err, "line table")
	lr, err := u.lineReader()
	if err != nil {
		return err
	}
	t.files = u.namesOf(lr)
	fileIndex := map[*dwarf.LineFile]int{}
	for i, f := range lr.Files() {
		if f != nil {
			fileIndex[f] = i
		}
	}
	var rows []row
	var e dwarf.LineEntry
	var last lineState
	for total := 0; ; {
		if err := lr.Next(&e); err != nil {
			if err == io.EOF {
				err = nil
			}
			return err
		}
		if e.EndSequence {
			t.add(rows, e.Address, u.im)
			rows, last = rows[:0], lineState{}
			continue
		}
		file, known := fileIndex[e.File]
		if !known && e.File != nil { // a file that the program defines (DW_LNE_define_file)
			file = len(t.files)
			dir, _ := u.root.Val(dwarf.AttrCompDir).(string)
			t.files = append(t.files, u.im.intern(absolute(dir, e.File.Name)))
			fileIndex[e.File] = file
		}
		r := row{addr: e.Address, line: uint32(max(e.Line, 0)), bits: uint32(file) << 2}
		if e.IsStmt {
			r.bits |= 1
		}
		if e.PrologueEnd {
			r.bits |= 2
		}
		if !last.repeats(r, e.Discriminator) {
			if total++; total > maxLineRows {
				return errTooMany
			}
			rows = append(rows, r)
		}
	}
}

// lineState detects rows that only continue their line.
type lineState struct {
	file          int
	line          uint32
	discriminated bool // a row of this line had a discriminator
}

// repeats reports whether a row belongs to the same line as the row before and
// only distinguishes basic blocks (DWARF 5 section 6.2.2, discriminator): such
// rows begin no statement, as in gdb (dwarf_record_line_p).
func (s *lineState) repeats(r row, discriminator int) bool {
	if r.file() != s.file || r.line != s.line {
		*s = lineState{r.file(), r.line, discriminator != 0}
		return false
	}
	s.discriminated = s.discriminated || discriminator != 0
	return s.discriminated && !r.prologueEnd()
}

// add closes a sequence that ends at end. It drops a sequence whose code the
// linker has removed.
func (t *lineTable) add(rows []row, end uint64, im *image) {
	if len(rows) == 0 || rows[0].addr >= end || !im.main.executable(rows[0].addr) {
		return
	}
	rows = append([]row(nil), rows...)
	if !sort.SliceIsSorted(rows, func(i, j int) bool { return rows[i].addr < rows[j].addr }) {
		sort.SliceStable(rows, func(i, j int) bool { return rows[i].addr < rows[j].addr })
	}
	t.seqs = append(t.seqs, seq{span{rows[0].addr, end}, rows})
}

// at is the sequence that covers pc and the index of its row for pc. Of rows at
// the same address the last applies, except that rows that begin a statement go
// first (gdb's find_pc_sect_line).
func (t *lineTable) at(pc uint64) (*seq, int, bool) {
	i := t.index.find(pc)
	if i < 0 {
		return nil, 0, false
	}
	s := &t.seqs[i]
	k := sort.Search(len(s.rows), func(k int) bool { return s.rows[k].addr > pc }) - 1
	if k < 0 {
		return nil, 0, false
	}
	return s, s.best(k), true
}

// best is the row that applies among those at the address of row k, which is
// the last of them.
func (s *seq) best(k int) int {
	for j := k; j >= 0 && s.rows[j].addr == s.rows[k].addr && s.rows[j].line != 0; j-- {
		if s.rows[j].isStmt() {
			return j
		}
	}
	return k
}

// end is where the rows at row k's address stop applying.
func (s *seq) end(k int) uint64 {
	for j := k + 1; j < len(s.rows); j++ {
		if s.rows[j].addr > s.rows[k].addr {
			return s.rows[j].addr
		}
	}
	return s.hi
}
