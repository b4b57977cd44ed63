package symbols

import (
	"bytes"
	"debug/dwarf"
	"encoding/hex"
	"fmt"
	"path/filepath"
)

// altLink reads .gnu_debugaltlink: the name of the file with the DIEs and strings that
// dwz found in several programs, ended by a zero, and its build id. DWARF 5's .debug_sup
// (section 7.3.6) has a version and a flag before them, and the length of the id.
func altLink(f *elfFile) (name string, id []byte, ok bool) {
	p, _ := f.data(".gnu_debugaltlink")
	sup := p == nil
	if sup {
		if p, _ = f.data(".debug_sup"); len(p) < 3 || p[2] != 0 {
			return "", nil, false
		}
		p = p[3:]
	}
	i := bytes.IndexByte(p, 0)
	if i < 1 || i+1 == len(p) {
		return "", nil, false
	}
	if id = p[i+1:]; sup {
		if id = id[1:]; int(p[i+1]) != len(id) { // a LEB128 of one byte
			return "", nil, false
		}
	}
	return string(p[:i]), id, true
}

// openAlt opens the file that dwz moved DIEs to, if the program names one. If
// that file is missing, only the program's own DIEs are available.
func (im *image) openAlt(f *elfFile) {
	name, id, ok := altLink(f)
	if !ok {
		return
	}
	im.spaces[0].plain = false
	alt := im.findAlt(f, name, id)
	if alt == nil {
		im.warn("could not find '.gnu_debugaltlink' file for %s: %s", f.path, name)
		return
	}
	defer alt.close()
	if err := im.readAlt(alt); err != nil {
		im.warn("%v", err)
	}
}

func (im *image) readAlt(alt *elfFile) (err error) {
	defer guard(&err, alt.path+": DWARF")
	contents := map[string][]byte{}
	for _, name := range [...]string{".debug_info", ".debug_abbrev", ".debug_str", ".debug_line", ".debug_line_str", ".debug_str_offsets"} {
		if contents[name], err = alt.data(name); err != nil {
			return err
		}
	}
	d, err := newData(contents)
	if err != nil {
		return fmt.Errorf("%s: %w", alt.path, err)
	}
	im.alt, err = im.addSpace(d, contents[".debug_info"], contents)
	return err
}

// findAlt searches as gdb does: at the path, relative to the folder of the file
// that names it, then by build id.
func (im *image) findAlt(f *elfFile, name string, id []byte) *elfFile {
	if !filepath.IsAbs(name) {
		dir := filepath.Dir(f.path)
		if real, err := filepath.EvalSymlinks(f.path); err == nil {
			dir = filepath.Dir(real)
		}
		name = filepath.Join(dir, name)
	}
	candidates := []string{name}
	if h := hex.EncodeToString(id); len(id) > 1 {
		for _, d := range im.debugDirs {
			candidates = append(candidates, filepath.Join(d, ".build-id", h[:2], h[2:]+".debug"))
		}
	}
	for _, c := range candidates {
		alt := openDebug(c)
		if alt == nil {
			continue
		}
		if bytes.Equal(buildID(alt), id) {
			return alt
		}
		alt.close()
	}
	return nil
}

// fromAlt replaces an attribute's value by the one in the dwz file: the DIE
// there, as a reference, or the string. Without the file it becomes nil.
func (s *space) fromAlt(f *dwarf.Field, reference bool) {
	off, ok := unsigned(f.Val)
	f.Val = nil
	alt := s.im.alt
	if s.base != 0 || alt == nil || !ok {
		return
	}
	if reference {
		f.Class = dwarf.ClassReference
		if off < uint64(len(alt.info)) {
			f.Val = alt.base + dwarf.Offset(off)
		}
		return
	}
	f.Class = dwarf.ClassString
	if str := alt.section(".debug_str"); off < uint64(len(str)) {
		if n := bytes.IndexByte(str[off:], 0); n >= 0 {
			f.Val = string(str[off : off+uint64(n)])
		}
	}
}

// unsigned is a number in the type that debug/dwarf uses for forms without a
// type of their own.
func unsigned(v any) (uint64, bool) {
	switch v := v.(type) {
	case int64:
		return uint64(v), true
	case uint64:
		return v, true
	case uint32:
		return uint64(v), true
	}
	return 0, false
}
