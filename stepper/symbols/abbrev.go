package symbols

// Forms of GNU's split DWARF 4 and those of DWARF 5 that have the same meaning
// and take the same number of bytes: unsigned LEB128, two bytes each.
const (
	formGNUAddrIndex  = 0x1f01
	formGNUStrIndex   = 0x1f02
	formImplicitConst = 0x21
)

// standardForms is a .debug_abbrev.dwo with the forms of GNU's split DWARF 4
// (DW_FORM_GNU_addr_index, DW_FORM_GNU_str_index) replaced by the corresponding forms of DWARF 5
// (DW_FORM_addrx 0x1b, DW_FORM_strx 0x1a), because debug/dwarf supports only these. Offsets do not
// change. A table without such forms is returned unchanged.
func standardForms(p []byte) []byte {
	out, copied := p, false
	c := cursor{p: p}
	for c.at < len(p) && !c.bad {
		if c.uleb() == 0 { // the end of a unit's table: another may follow
			continue
		}
		c.uleb()   // tag
		c.fixed(1) // whether it has children
		for !c.bad {
			attr, at := c.uleb(), c.at
			form := c.uleb()
			if attr == 0 && form == 0 {
				break
			}
			if form == formImplicitConst {
				c.skipLEB()
			}
			if form != formGNUAddrIndex && form != formGNUStrIndex || c.bad || c.at-at != 2 {
				continue
			}
			if !copied {
				out, copied = append([]byte(nil), p...), true
			}
			out[at], out[at+1] = 0x80|0x1b, 0
			if form == formGNUStrIndex {
				out[at] = 0x80 | 0x1a
			}
		}
	}
	return out
}
