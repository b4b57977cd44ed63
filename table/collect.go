package table

import (
	"cmp"
	"debug/elf"
	"errors"
	"fmt"
	"slices"
)

// The ELF sections with which programs declare critical sections. See
// RSEQ_ASM_DEFINE_TABLE and RSEQ_ASM_DEFINE_EXIT_POINT in librseq's
// include/rseq/arch/generic/common.h.
const (
	nameTable    = "__rseq_table"            // descriptors, 2017 to 2019
	nameCS       = "__rseq_cs"               // descriptors, since 2019
	namePointers = "__rseq_cs_ptr_array"     // 8-byte addresses of descriptors
	nameExits    = "__rseq_exit_point_array" // pairs of 8-byte addresses: start_ip, exit
)

// maxSections is how many critical sections a file may declare. The largest
// number seen in a real program is 177.
const maxSections = 1 << 18

// collector merges a file's declarations into its Sections.
type collector struct {
	*parser
	at      map[FileAddr]int // descriptor's address: index in sections
	list    []Section
	unmoved []FileAddr // descriptors that would be wrong after the file is loaded
}

// collect reads, relocates and merges the four kinds of ELF section.
func (p *parser) collect() error {
	kinds := make(map[string][]*region)
	var all []*region
	for _, name := range []string{nameTable, nameCS, namePointers, nameExits} {
		regions, err := p.loadRegions(name)
		if err != nil {
			return err
		}
		kinds[name] = regions
		all = append(all, regions...)
	}
	if len(all) == 0 {
		return nil
	}
	if err := p.relocate(all); err != nil {
		return err
	}
	c := &collector{parser: p, at: make(map[FileAddr]int)}
	for _, name := range []string{nameTable, nameCS} {
		for _, r := range kinds[name] {
			if err := c.descriptors(r); err != nil {
				return err
			}
		}
	}
	if err := c.pointers(kinds[namePointers]); err != nil {
		return err
	}
	if len(c.unmoved) > 0 {
		p.warning(&UnmovedError{At: c.unmoved})
	}
	slices.SortFunc(c.list, func(a, b Section) int {
		return cmp.Or(cmp.Compare(a.Start, b.Start), cmp.Compare(a.At, b.At))
	})
	p.file.Sections = c.list
	p.exits(kinds[nameExits])
	return nil
}

// descriptors adds the descriptors of one region. Entries that are all zero are
// padding.
func (c *collector) descriptors(r *region) error {
	data := r.data
	for off := 0; len(data) >= DescriptorSize; off, data = off+DescriptorSize, data[DescriptorSize:] {
		d := DecodeDescriptor(data, c.order)
		if d == (Descriptor{}) {
			continue
		}
		if err := c.add(r, off, d); err != nil {
			return err
		}
	}
	if slices.ContainsFunc(data, func(b byte) bool { return b != 0 }) {
		c.warn(r.name, uint64(len(r.data)-len(data)), fmt.Errorf("%d bytes left over after the last descriptor", len(data)))
	}
	return nil
}

// add adds one descriptor, found in region r at offset off.
func (c *collector) add(r *region, off int, d Descriptor) error {
	at := FileAddr(r.addr) + FileAddr(off)
	if i, ok := c.at[at]; ok { // two headers for the same bytes
		c.list[i].declare(r.name)
		return nil
	}
	if len(c.list) == maxSections {
		return &FormatError{Section: r.name, Offset: uint64(off), Err: because(ErrTooLarge, "more than %d descriptors", maxSections)}
	}
	if c.typ == elf.ET_DYN && (d.StartIP != 0 && !r.movedAt(off+offStartIP) || d.AbortIP != 0 && !r.movedAt(off+offAbortIP)) {
		c.unmoved = append(c.unmoved, at)
	}
	c.at[at] = len(c.list)
	c.list = append(c.list, newSection(at, d, r.name))
	return nil
}

// pointers checks the pointer array against the descriptors. A descriptor that
// only the array names is added too, with a warning.
func (c *collector) pointers(regions []*region) error {
	if len(regions) == 0 {
		return nil
	}
	var strays []*region
	for _, r := range regions {
		for off := 0; off+8 <= len(r.data); off += 8 {
			a := FileAddr(c.order.Uint64(r.data[off:]))
			if a == 0 {
				continue
			}
			if i, ok := c.at[a]; ok {
				c.list[i].declare(namePointers)
				continue
			}
			stray := c.loadAt(a, DescriptorSize)
			if stray == nil || len(strays) == maxRegions {
				c.warn(r.name, uint64(off), because(ErrMalformed, "points to %v, where there is no descriptor", a))
				continue
			}
			c.warn(r.name, uint64(off), fmt.Errorf("points to %v, outside of %s and %s", a, nameCS, nameTable))
			strays = append(strays, stray)
		}
	}
	if err := c.relocate(strays); err != nil {
		return err
	}
	missing, first := 0, FileAddr(0)
	for i := range c.list {
		if s := &c.list[i]; !slices.Contains(s.Declared, namePointers) {
			if missing++; missing == 1 {
				first = s.At
			}
		}
	}
	if missing > 0 {
		c.warn(namePointers, 0, fmt.Errorf("lacks %d of %d descriptors (the first at %v)", missing, len(c.list), first))
	}
	for _, r := range strays {
		if d := DecodeDescriptor(r.data, c.order); d != (Descriptor{}) {
			r.name = namePointers
			if err := c.add(r, 0, d); err != nil {
				return err
			}
		}
	}
	return nil
}

// exits gives each section the exits declared for its start. Only this function
// merges exits.
func (p *parser) exits(regions []*region) {
	sections, work := p.file.Sections, 0
	for _, r := range regions {
		if len(r.data)%16 != 0 {
			p.warn(r.name, uint64(len(r.data)&^15), errors.New("half a pair at its end"))
		}
		for off := 0; off+16 <= len(r.data); off += 16 {
			start := FileAddr(p.order.Uint64(r.data[off:]))
			exit := FileAddr(p.order.Uint64(r.data[off+8:]))
			if start == 0 && exit == 0 {
				continue // padding
			}
			i, ok := slices.BinarySearchFunc(sections, start, func(s Section, a FileAddr) int { return cmp.Compare(s.Start, a) })
			if !ok {
				p.warn(r.name, uint64(off), fmt.Errorf("exit %v belongs to no section: none starts at %v", exit, start))
			}
			for ; i < len(sections) && sections[i].Start == start && work < maxWork; i++ {
				work++
				if s := &sections[i]; exit != s.End && exit != s.Abort {
					s.Exits = append(s.Exits, exit)
					s.declare(r.name)
				}
			}
		}
	}
	for i := range sections {
		s := &sections[i]
		slices.Sort(s.Exits)
		s.Exits = slices.Compact(s.Exits)
	}
}
