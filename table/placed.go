package table

import (
	"debug/elf"
	"io"
)

// patched is a file with some of its bytes replaced.
type patched struct {
	io.ReaderAt
	off  int64
	data []byte
}

func (p *patched) ReadAt(b []byte, off int64) (int, error) {
	n, err := p.ReaderAt.ReadAt(b, off)
	if low, high := max(off, p.off), min(off+int64(n), p.off+int64(len(p.data))); low < high {
		copy(b[low-off:high-off], p.data[low-p.off:])
	}
	return n, err
}

// placedObject is a relocatable object with its symbols at their addresses in
// the layout, so that debug/elf relocates its DWARF to them: otherwise every
// function of every section would be at address 0.
func placedObject(r io.ReaderAt) (io.ReaderAt, error) {
	in, err := newInput(r)
	if err != nil {
		return nil, err
	}
	im, err := readImage(in)
	if err != nil {
		return nil, err
	}
	if err := im.layOut(); err != nil {
		return nil, err
	}
	for i := range im.headers {
		if h := &im.headers[i]; h.typ == elf.SHT_SYMTAB {
			data, err := im.in.bytes(h.offset, h.size)
			if err != nil {
				return nil, &FormatError{Section: im.name(h), Err: err}
			}
			im.placeSymbols(i, h, data)
			return &patched{struct {
				io.ReaderAt
			}{r}, int64(h.offset), data}, nil
		}
	}
	return r, nil
}

// placeSymbols writes the file address of each symbol into a symbol table.
func (im *image) placeSymbols(table int, h *header, data []byte) {
	size := im.symbolSize()
	for n := 0; (n+1)*size <= len(data); n++ {
		b := data[n*size:]
		value, ok := im.symbolValue(table, h, uint64(n), im.decodeSymbol(b))
		if !ok {
			continue
		}
		if im.wide() {
			im.order.PutUint64(b[8:], value)
		} else {
			im.order.PutUint32(b[4:], uint32(value))
		}
	}
}
