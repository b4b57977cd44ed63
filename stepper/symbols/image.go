package symbols

import (
	"debug/dwarf"
	"errors"
	"fmt"
)

// image is everything known of one ELF file, in file addresses. Each part is
// read when it is first asked for and kept.
type image struct {
	path      string
	main      *elfFile
	debugDirs []string

	debugTried bool
	debug      *elfFile // separate debug file, nil when there is none

	sections map[string][]byte

	dwarfTried bool
	dwarfData  *dwarf.Data
	dwarfErr   error
	units      []*cu     // by offset
	unitSpans  spanIndex // owner: index into units
	ranges     int       // address ranges that the pass under way has read

	symsTried bool
	syms      []*symtab // .symtab (of the file or its debug file), else .dynsym
	dynsym    *symtab
	asked     map[string][]codeSymbol // what codeNamed found, by the query
	defined   map[string]definition   // what symbolNamed found

	cfi  *cfi
	plt  *plt
	uses map[string]string // interned file names
}

func newImage(path string, main *elfFile, debugDirs []string) *image {
	return &image{path: path, main: main, debugDirs: debugDirs, sections: map[string][]byte{}, uses: map[string]string{},
		asked: map[string][]codeSymbol{}, defined: map[string]definition{}}
}

func (im *image) close() {
	im.main.close()
	if im.debug != nil {
		im.debug.close()
	}
}

// debugFile looks for a separate debug file, once, and only for a file that
// carries no DWARF of its own.
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

// dwarfFile is the file that holds the DWARF, nil when there is none.
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

// dwarfSections are what debug/dwarf makes use of beyond the arguments of
// dwarf.New. Location lists are left to whoever evaluates them.
var dwarfSections = [...]string{".debug_addr", ".debug_line_str", ".debug_str_offsets", ".debug_rnglists"}

// dwarf opens the DWARF: unit headers and abbreviations are read now, DIEs and
// lines as they are needed.
func (im *image) dwarf() (*dwarf.Data, error) {
	if !im.dwarfTried {
		im.dwarfTried = true
		im.dwarfData, im.dwarfErr = im.openDWARF()
		if im.dwarfErr == nil {
			im.indexUnits()
		}
	}
	return im.dwarfData, im.dwarfErr
}

func (im *image) openDWARF() (d *dwarf.Data, err error) {
	defer guard(&err, im.path+": DWARF")
	f := im.dwarfFile()
	if f == nil {
		return nil, fmt.Errorf("%s: %w", im.path, ErrNoDebugInfo)
	}
	var parts [5][]byte
	for i, name := range [...]string{".debug_abbrev", ".debug_info", ".debug_line", ".debug_ranges", ".debug_str"} {
		if parts[i], err = f.data(name); err != nil {
			return nil, err
		}
		im.sections[name] = parts[i]
	}
	if len(parts[1]) == 0 {
		return nil, fmt.Errorf("%s: %w", im.path, ErrNoDebugInfo)
	}
	d, err = dwarf.New(parts[0], nil, nil, parts[1], parts[2], nil, parts[3], parts[4])
	if err != nil {
		return nil, fmt.Errorf("%s: %w", f.path, err)
	}
	for _, name := range dwarfSections {
		if p := im.section(name); p != nil {
			if err := d.AddSection(name, p); err != nil {
				return nil, fmt.Errorf("%s: %w", f.path, err)
			}
		}
	}
	if p := im.section(".debug_types"); p != nil {
		if err := d.AddTypes(".debug_types", p); err != nil {
			return nil, fmt.Errorf("%s: %w", f.path, err)
		}
	}
	return d, nil
}

var errNoEntry = errors.New("no DIE at that offset")

// entryAt reads the DIE at off.
func (im *image) entryAt(off dwarf.Offset) (e *dwarf.Entry, err error) {
	defer guard(&err, im.path+": DWARF")
	d, err := im.dwarf()
	if err != nil {
		return nil, err
	}
	r := d.Reader()
	r.Seek(off)
	e, err = r.Next()
	if err == nil && e == nil {
		err = errNoEntry
	}
	return e, err
}
