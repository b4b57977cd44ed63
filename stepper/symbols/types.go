package symbols

import (
	"debug/dwarf"
	"encoding/binary"
)

// openTypes opens the type units of .debug_types (DWARF 4 section 3.1.3). Those
// of DWARF 5 are among the other units.
func (im *image) openTypes(contents map[string][]byte) {
	p := im.section(".debug_types")
	if len(p) == 0 {
		return
	}
	// Ignore the error: without them types are incomplete.
	_ = im.addTypes(p, contents, nil)
}

// addTypes adds a section of type units of DWARF 4; skeleton is the unit whose
// .dwo file they are in, nil for the program's own.
func (im *image) addTypes(p []byte, contents map[string][]byte, skeleton *cu) (err error) {
	defer guard(&err, im.path+": type units")
	order := im.main.ByteOrder
	info, units := typesAsUnits(p, order)
	with := map[string][]byte{".debug_info": info}
	for name, p := range contents {
		if name != ".debug_info" {
			with[name] = p
		}
	}
	d, err := newData(with)
	if err != nil {
		return err
	}
	s, err := im.addSpace(d, info, with)
	if err != nil {
		return err
	}
	r := im.dies(s.base)
	for _, u := range units {
		if u = im.addUnit(s, r, u); u != nil {
			u.skeleton = skeleton
		}
	}
	return nil
}

// typesAsUnits converts type units to compilation units, because debug/dwarf can read
// only those. The extra fields of a type unit's header, its signature and its type's
// offset, become zeros, which read as the ends of lists of DIEs: offsets do not change.
func typesAsUnits(p []byte, order binary.ByteOrder) (info []byte, units []*cu) {
	info = append([]byte(nil), p...)
	for off := uint64(0); off+11 < uint64(len(p)); {
		u, end := readUnitHeader(p, off, order)
		if end <= off || end > uint64(len(p)) {
			break
		}
		if u != nil && u.version < 5 {
			head, word := uint64(u.die)-off, uint64(4)
			if u.dwarf64 {
				word = 8
			}
			rest := u.readSignature(p[off:end], head, word, order)
			if off+rest < end {
				clear(info[off+head : off+rest])
				u.die = dwarf.Offset(off + rest)
				units = append(units, u)
			}
		}
		off = end
	}
	return info, units
}

// typeUnit finds the type of a DW_FORM_ref_sig8.
func (im *image) typeUnit(sig uint64) (dwarf.Offset, bool) {
	if _, err := im.dwarf(); err != nil {
		return 0, false
	}
	if off, ok := im.types[sig]; ok {
		return off, true
	}
	return im.packagedType(sig)
}
