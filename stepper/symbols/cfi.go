package symbols

import (
	"debug/elf"
	"sort"

	"rseqstep/stepper/cfi"
)

// cfiIndex is an image's call frame information: .eh_frame, found through the
// binary search table of .eh_frame_hdr without reading the rest, and
// .debug_frame, which is indexed here.
type cfiIndex struct {
	im   *image
	hdr  *ehHeader
	list []fdeRef            // FDEs of an .eh_frame without a table, then of .debug_frame
	rows map[uint64]*cfi.Row // by address; nil for an address without CFI
	cies map[uint64]*cfi.CIE // by address: those that FDEs found by the table share
}

// fdeRef is the position of an FDE.
type fdeRef struct {
	span
	off uint32
	sec *cfi.Section
}

// ehHeader is .eh_frame_hdr with a table of pairs of 4-byte offsets relative to
// the header, the only kind that linkers write (LSB, "The .eh_frame_hdr section").
type ehHeader struct {
	addr  uint64 // of the header
	table uint64 // address of the first pair
	count uint64
}

// maxRows bounds the cached rows; a stack or a stepped range of code has far
// fewer addresses.
const maxRows = 1024

// frames opens the image's CFI, once.
func (im *image) frames() *cfiIndex {
	if im.cfi == nil {
		c := &cfiIndex{im: im, rows: map[uint64]*cfi.Row{}, cies: map[uint64]*cfi.CIE{}}
		im.cfi = c
		c.hdr = c.findHeader()
		if c.hdr == nil {
			if s := im.main.Section(".eh_frame"); s != nil {
				if p, err := im.main.data(".eh_frame"); err == nil && len(p) > 0 {
					c.scan(im.frameSection(p, s.Addr, true))
				}
			}
		}
		if f := im.frameFile(); f != nil {
			if p, err := f.data(".debug_frame"); err == nil && len(p) > 0 {
				c.scan(im.frameSection(p, 0, false))
			}
		}
		sort.SliceStable(c.list, func(i, j int) bool { return c.list[i].lo < c.list[j].lo })
	}
	return im.cfi
}

// frameFile is the file with a .debug_frame, the image's own or the debug one.
func (im *image) frameFile() *elfFile {
	if im.main.Section(".debug_frame") != nil || im.main.Section(".zdebug_frame") != nil {
		return im.main
	}
	return im.dwarfFile()
}

// row is the rules at a file address, nil if no CFI covers it or if that is
// malformed.
func (c *cfiIndex) row(pc uint64) *cfi.Row {
	if r, ok := c.rows[pc]; ok {
		return r
	}
	if len(c.rows) >= maxRows {
		clear(c.rows)
	}
	var row *cfi.Row
	if f := c.fdeAt(pc); f != nil {
		row, _ = f.RowAt(pc)
	}
	c.rows[pc] = row
	return row
}

// fdeAt is the entry that covers a file address, nil if none does.
func (c *cfiIndex) fdeAt(pc uint64) *cfi.FDE {
	if c.hdr != nil {
		if f := c.search(pc); f != nil {
			return f
		}
	}
	i := sort.Search(len(c.list), func(i int) bool { return c.list[i].lo > pc })
	for k := i - 1; k >= 0 && k >= i-overlapReach; k-- {
		if ref := c.list[k]; pc < ref.hi {
			if f, err := ref.sec.FDEAt(uint64(ref.off)); err == nil {
				return f
			}
		}
	}
	return nil
}

// findHeader reads .eh_frame_hdr, by its program header: the run-time unwinder
// uses it too, and it exists in a file without section headers.
func (c *cfiIndex) findHeader() *ehHeader {
	for _, p := range c.im.main.Progs {
		if p.Type != elf.PT_GNU_EH_FRAME {
			continue
		}
		buf := make([]byte, 32)
		if c.im.main.readAt(p.Vaddr, buf) != nil {
			return nil
		}
		r := c.im.reader(buf, p.Vaddr)
		version, ptrEnc, countEnc, tableEnc := r.Uint(1), byte(r.Uint(1)), byte(r.Uint(1)), byte(r.Uint(1))
		r.Encoded(ptrEnc, p.Vaddr)
		count := r.Encoded(countEnc, p.Vaddr)
		if version != 1 || countEnc == cfi.EhOmit || tableEnc != cfi.EhDataRel|cfi.EhSData4 || r.Bad || count == 0 {
			return nil
		}
		return &ehHeader{addr: p.Vaddr, table: p.Vaddr + uint64(r.At), count: min(count, p.Filesz/8)}
	}
	return nil
}

func (im *image) reader(p []byte, base uint64) *cfi.Reader {
	return &cfi.Reader{P: p, Base: base, Order: im.main.ByteOrder, AddrSize: im.addrSize()}
}

func (im *image) frameSection(p []byte, base uint64, eh bool) *cfi.Section {
	return &cfi.Section{P: p, Base: base, EH: eh, Order: im.main.ByteOrder, AddrSize: im.addrSize(), Registers: im.registers()}
}

// registers are those that the image's architecture has rules for; of an unknown one, none.
func (im *image) registers() cfi.Registers {
	if im.arch == nil {
		return cfi.Registers{}
	}
	return im.arch.Frames
}

func (im *image) addrSize() int {
	if im.main.Class == elf.ELFCLASS32 {
		return 4
	}
	return 8
}

// search finds an FDE by the header's table.
func (c *cfiIndex) search(pc uint64) *cfi.FDE {
	h, o := c.hdr, c.im.main.ByteOrder
	pair := make([]byte, 8)
	entry := func(i uint64) (start, at uint64, ok bool) {
		if c.im.main.readAt(h.table+8*i, pair) != nil {
			return 0, 0, false
		}
		rel := func(p []byte) uint64 { return h.addr + uint64(int64(int32(o.Uint32(p)))) }
		return rel(pair), rel(pair[4:]), true
	}
	ok := true
	i := sort.Search(int(h.count), func(i int) bool {
		start, _, read := entry(uint64(i))
		ok = ok && read
		return start > pc
	})
	if i == 0 || !ok {
		return nil
	}
	_, at, ok := entry(uint64(i - 1))
	if !ok {
		return nil
	}
	f, err := c.readMapped(at)
	if err != nil || pc-f.Low >= f.High-f.Low {
		return nil
	}
	return f
}

// maxEntry bounds one CIE or FDE, in bytes; the longest in workerd has 2,300.
const maxEntry = 1 << 20

// readEntry reads one CIE or FDE of .eh_frame at an address: its id field, that
// field's address and the bytes after it.
func (c *cfiIndex) readEntry(at uint64) (id uint64, idAt uint64, body []byte, err error) {
	head := make([]byte, 8)
	if err := c.im.main.readAt(at, head); err != nil {
		return 0, 0, nil, err
	}
	o := c.im.main.ByteOrder
	n := uint64(o.Uint32(head))
	if n < 4 || n > maxEntry { // zero, or the 64-bit form, which no linker's table leads to
		return 0, 0, nil, cfi.ErrMalformed
	}
	body = make([]byte, n-4)
	if err := c.im.main.readAt(at+8, body); err != nil {
		return 0, 0, nil, err
	}
	return uint64(o.Uint32(head[4:])), at + 4, body, nil
}

func (c *cfiIndex) readMapped(at uint64) (*cfi.FDE, error) {
	id, idAt, body, err := c.readEntry(at)
	if err != nil || id == 0 || id > idAt {
		return nil, cfi.ErrMalformed
	}
	common, err := c.mappedCIE(idAt - id)
	if err != nil {
		return nil, err
	}
	return cfi.ReadFDE(c.im.reader(body, idAt+4), common)
}

func (c *cfiIndex) mappedCIE(at uint64) (*cfi.CIE, error) {
	if have := c.cies[at]; have != nil {
		return have, nil
	}
	id, idAt, body, err := c.readEntry(at)
	if err != nil || id != 0 {
		return nil, cfi.ErrMalformed
	}
	common, err := cfi.ReadCIE(c.im.reader(body, idAt+4), true, c.im.registers())
	if err == nil {
		c.cies[at] = common
	}
	return common, err
}
