package symbols

import "debug/dwarf"

// language is DW_AT_language. A partial unit made by dwz has none: it has the
// language of the units that import it.
func (u *cu) language() int64 {
	if n := u.int(dwarf.AttrLanguage); n != 0 || u.root.Tag != dwarf.TagPartialUnit {
		return n
	}
	if by := u.im.importers()[u.off]; by != nil {
		return by.int(dwarf.AttrLanguage)
	}
	return 0
}

// importers maps each partial unit's offset to a compilation unit that imports
// it, directly or not.
func (im *image) importers() map[dwarf.Offset]*cu {
	if im.imports == nil {
		im.imports = map[dwarf.Offset]*cu{}
		for _, u := range im.units {
			if u.compile {
				u.imported(u)
			}
		}
	}
	return im.imports
}

// imported records by as the importer of what u imports, which its first DIEs
// name, as dwz writes them.
func (u *cu) imported(by *cu) {
	for _, off := range u.importsOf() {
		in := u.im.unitOf(off)
		if in != nil && u.im.imports[in.off] == nil {
			u.im.imports[in.off] = by
			in.imported(by)
		}
	}
}

func (u *cu) importsOf() (list []dwarf.Offset) {
	defer func() { _ = recover() }() // debug/dwarf panics on some hostile input
	if !u.root.Children {
		return nil
	}
	r := u.im.dies(u.die)
	if _, err := r.Next(); err != nil {
		return nil
	}
	for {
		e, err := r.Next()
		if err != nil || e == nil || e.Tag != dwarf.TagImportedUnit || e.Offset >= u.end {
			return list
		}
		if off, ok := e.Val(dwarf.AttrImport).(dwarf.Offset); ok {
			list = append(list, off)
		}
	}
}
