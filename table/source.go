package table

import (
	"debug/dwarf"
	"debug/elf"
	"errors"
	"fmt"
	"io"
	"strings"
)

// ErrNoSource: the file has no DWARF line information.
var ErrNoSource = errors.New("no DWARF")

// ReadSource fills in the source lines of the sections from the DWARF in r,
// which is the file f was parsed from or one with its debug information. It
// reads all of .debug_info, so it takes long if that is large. Without DWARF it
// changes nothing and returns ErrNoSource.
func (f *File) ReadSource(r io.ReaderAt) (err error) {
	defer func() {
		// debug/elf and debug/dwarf do not check everything they read.
		if p := recover(); p != nil {
			err = &FormatError{File: f.Path, Err: because(ErrMalformed, "DWARF: %v", p)}
		}
	}()
	if f.Type == elf.ET_REL {
		if r, err = placedObject(r); err != nil {
			return err
		}
	}
	ef, err := elf.NewFile(r)
	if err != nil {
		return &FormatError{File: f.Path, Err: fmt.Errorf("%v: %w", err, ErrMalformed)}
	}
	if !hasDWARF(ef) {
		return &FormatError{File: f.Path, Err: ErrNoSource}
	}
	if err := boundDWARF(ef, r); err != nil {
		return &FormatError{File: f.Path, Err: err}
	}
	d, err := ef.DWARF()
	if err != nil {
		return &FormatError{File: f.Path, Err: fmt.Errorf("DWARF: %v: %w", err, ErrMalformed)}
	}
	units, err := lineUnits(d)
	if err != nil {
		return &FormatError{File: f.Path, Err: fmt.Errorf("DWARF: %v: %w", err, ErrMalformed)}
	}
	for i := range f.Sections {
		s := &f.Sections[i]
		for j := range units {
			if units[j].covers(uint64(s.Start)) {
				s.Source = units[j].lines(d, uint64(s.Start), s.PostCommitOffset)
				break
			}
		}
	}
	return nil
}

func hasDWARF(ef *elf.File) bool {
	for _, s := range ef.Sections {
		if s.Name == ".debug_info" || s.Name == ".zdebug_info" {
			return true
		}
	}
	return false
}

// maxRatio is how many times larger than the file its compressed debug
// sections may claim to be.
const maxRatio = 64

// boundDWARF rejects debug sections that claim to be absurdly large.
func boundDWARF(ef *elf.File, r io.ReaderAt) error {
	size, err := sizeOf(r)
	if err != nil {
		return err
	}
	total := uint64(0)
	for _, s := range ef.Sections {
		if !strings.Contains(s.Name, "debug_") {
			continue
		}
		if s.FileSize > size || s.Size > maxRatio*size {
			return because(ErrTooLarge, "%s claims %#x bytes", s.Name, max(s.Size, s.FileSize))
		}
		if total += s.Size; total > maxRatio*size {
			return because(ErrTooLarge, "debug sections of %#x bytes", total)
		}
	}
	return nil
}

// lineUnit is a compilation unit and its address ranges.
type lineUnit struct {
	entry  *dwarf.Entry
	ranges [][2]uint64
}

func lineUnits(d *dwarf.Data) ([]lineUnit, error) {
	var units []lineUnit
	r := d.Reader()
	for {
		e, err := r.Next()
		if err != nil {
			return nil, err
		}
		if e == nil {
			return units, nil
		}
		r.SkipChildren()
		if e.Tag != dwarf.TagCompileUnit {
			continue
		}
		ranges, err := d.Ranges(e)
		if err != nil {
			return nil, err
		}
		units = append(units, lineUnit{e, ranges})
	}
}

func (u *lineUnit) covers(pc uint64) bool {
	for _, r := range u.ranges {
		if pc-r[0] < r[1]-r[0] {
			return true
		}
	}
	return false
}

// lines finds the rows of the line table in [start, start+length): the file of
// the first, and the smallest and largest line of that file.
func (u *lineUnit) lines(d *dwarf.Data, start, length uint64) Source {
	lr, err := d.LineReader(u.entry)
	if err != nil || lr == nil {
		return Source{}
	}
	var row, previous dwarf.LineEntry
	var src Source
	take := func(e *dwarf.LineEntry) {
		if e.Line == 0 || e.File == nil || src.File != "" && e.File.Name != src.File {
			return
		}
		if src.File == "" {
			src = Source{e.File.Name, e.Line, e.Line}
		}
		src.First, src.Last = min(src.First, e.Line), max(src.Last, e.Line)
	}
	for seen := false; lr.Next(&row) == nil; previous, seen = row, !row.EndSequence {
		// The row before the first one inside covers the start too.
		if seen && previous.Address <= start && start < row.Address {
			take(&previous)
		}
		if !row.EndSequence && row.Address-start < length && row.Address > start {
			take(&row)
		}
	}
	return src
}
