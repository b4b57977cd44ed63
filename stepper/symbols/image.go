package symbols

import (
	"debug/dwarf"
	"errors"
	"fmt"
	"strings"
	"unicode"

	"rseqstep/stepper/machine"
	"rseqstep/stepper/machine/arches"
)

// image is everything known of one ELF file, in file addresses. Each part is
// read on first use and kept.
type image struct {
	path      string
	main      *elfFile
	arch      *machine.Arch // nil if it is not supported
	debugDirs []string

	debugTried bool
	debug      *elfFile // separate debug file, nil if there is none

	sections map[string][]byte

	dwarfTried bool
	dwarfData  *dwarf.Data // of the program's own .debug_info
	dwarfErr   error
	spaces     []*space                // by offset; the program's own first
	alt        *space                  // of the file to which dwz moved DIEs; nil without one
	types      map[uint64]dwarf.Offset // by type unit's signature
	imports    map[dwarf.Offset]*cu    // nil until needed: see importers
	split      splitFiles
	units      []*cu     // by offset
	unitSpans  spanIndex // owner: index into units
	ranges     int       // address ranges read by the current scan

	symsTried bool
	syms      []*symtab // .symtab (of the file or its debug file), else .dynsym
	dynsym    *symtab
	asked     map[string][]codeSymbol // results of codeNamed, by query
	defined   map[string]definition   // results of symbolNamed

	cfi  *cfiIndex
	plt  *plt
	uses map[string]string // interned file names

	warning func(string) // nil: no warnings
}

// warn reports a defect to the user and continues. Names come from the file, so
// control characters are not shown.
func (im *image) warn(format string, args ...any) {
	if im.warning != nil {
		im.warning(strings.Map(func(r rune) rune {
			if !unicode.IsPrint(r) {
				return '?'
			}
			return r
		}, fmt.Sprintf(format, args...)))
	}
}

func newImage(path string, main *elfFile, debugDirs []string) *image {
	arch, _ := arches.Of(main.Machine, main.Class)
	return &image{path: path, main: main, arch: arch, debugDirs: debugDirs, sections: map[string][]byte{}, uses: map[string]string{},
		asked: map[string][]codeSymbol{}, defined: map[string]definition{}, types: map[uint64]dwarf.Offset{}}
}

func (im *image) close() {
	im.main.close()
	if im.debug != nil {
		im.debug.close()
	}
	im.split.close()
}

// debugFile looks for a separate debug file, once, and only for a file without
// DWARF of its own.
func (im *image) debugFile() *elfFile {
	if !im.debugTried {
		im.debugTried = true
		if !hasDWARF(im.main) {
			im.debug = findDebugFile(im.main, im.debugDirs)
		}
	}
	return im.debug
}

func hasDWARF(f *elfFile) bool {
	return f.Section(".debug_info") != nil || f.Section(".zdebug_info") != nil
}

// dwarfFile is the file that contains the DWARF, nil if there is none.
func (im *image) dwarfFile() *elfFile {
	if hasDWARF(im.main) {
		return im.main
	}
	if d := im.debugFile(); d != nil && hasDWARF(d) {
		return d
	}
	return nil
}

func (im *image) section(name string) []byte {
	if p, ok := im.sections[name]; ok {
		return p
	}
	var p []byte
	if f := im.dwarfFile(); f != nil {
		p, _ = f.data(name)
	}
	if p == nil {
		p, _ = im.main.data(name)
	}
	im.sections[name] = p
	return p
}

// dwarfSections are what debug/dwarf reads besides .debug_info. The evaluator
// reads location lists itself.
var dwarfSections = [...]string{".debug_abbrev", ".debug_line", ".debug_ranges", ".debug_str", ".debug_addr", ".debug_line_str", ".debug_str_offsets", ".debug_rnglists"}

// dwarf opens the DWARF: unit headers and abbreviations are read now, DIEs and
// lines on demand.
func (im *image) dwarf() (*dwarf.Data, error) {
	if !im.dwarfTried {
		im.dwarfTried = true
		im.dwarfErr = im.openDWARF()
	}
	return im.dwarfData, im.dwarfErr
}

func (im *image) openDWARF() (err error) {
	defer guard(&err, im.path+": DWARF")
	f := im.dwarfFile()
	if f == nil {
		return fmt.Errorf("%s: %w", im.path, ErrNoDebugInfo)
	}
	contents := map[string][]byte{}
	if contents[".debug_info"], err = f.data(".debug_info"); err != nil {
		return err
	}
	if len(contents[".debug_info"]) == 0 {
		return fmt.Errorf("%s: %w", im.path, ErrNoDebugInfo)
	}
	for i, name := range dwarfSections {
		if contents[name], err = f.data(name); err != nil && i < 4 { // those of every version
			return err
		}
	}
	for name, p := range contents {
		if p != nil {
			im.sections[name] = p
		}
	}
	d, err := newData(contents)
	if err != nil {
		return fmt.Errorf("%s: %w", f.path, err)
	}
	im.adopt(d, contents[".debug_info"])
	im.openAlt(f)
	im.indexUnits()
	im.openTypes(contents)
	return nil
}

// adopt makes d the program's own DWARF.
func (im *image) adopt(d *dwarf.Data, info []byte) {
	im.dwarfData = d
	_, _ = im.addSpace(d, info, nil) // cannot fail: the offsets of one section fit
}

// newData opens DWARF from its sections, with the names of a program's
// sections.
func newData(contents map[string][]byte) (*dwarf.Data, error) {
	d, err := dwarf.New(contents[".debug_abbrev"], nil, nil, contents[".debug_info"], contents[".debug_line"], nil, contents[".debug_ranges"], contents[".debug_str"])
	if err != nil {
		return nil, err
	}
	for name, p := range contents {
		if p != nil {
			if name == ".debug_str_offsets" {
				p = stringOffsets(p)
			}
			if err := d.AddSection(name, p); err != nil {
				return nil, err
			}
		}
	}
	return d, nil
}

var errNoEntry = errors.New("no DIE at that offset")

// entryAt reads the DIE at off.
func (im *image) entryAt(off dwarf.Offset) (e *dwarf.Entry, err error) {
	defer guard(&err, im.path+": DWARF")
	if _, err := im.dwarf(); err != nil {
		return nil, err
	}
	e, err = im.dies(off).Next()
	if err == nil && e == nil {
		err = errNoEntry
	}
	return e, err
}
