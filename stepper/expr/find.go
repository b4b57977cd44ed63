package expr

import (
	"bytes"

	"rseqstep/table"
)

// findChunk is how many bytes Find reads at once.
const findChunk = 1 << 20

// Pattern returns the bytes that "find" looks for: those of the value, or of an integer of the size
// that a letter says (b, h, w, g; 0: the value's own).
func (c *Context) Pattern(v Value, letter byte) ([]byte, error) {
	if letter == 0 {
		return v.Bytes(c)
	}
	n, err := c.integer(v)
	if err != nil {
		return nil, err
	}
	return leave(uint64(n), int(letterSize(letter))), nil
}

// Find searches length bytes of the program's memory from addr on and calls found with the address
// of each match, until that returns false. Matches may overlap. Errors: *MemoryError.
func (c *Context) Find(addr table.Addr, length uint64, pattern []byte, found func(table.Addr) bool) error {
	size := uint64(len(pattern))
	for length >= size {
		n := min(length, findChunk+size-1)
		buf, err := c.readable(addr, n)
		for at := 0; ; at++ {
			i := bytes.Index(buf[at:], pattern)
			if i < 0 {
				break
			}
			at += i
			if !found(addr + table.Addr(at)) {
				return nil
			}
		}
		if err != nil {
			return err
		}
		addr += table.Addr(n - size + 1)
		length -= n - size + 1
	}
	return nil
}

// readable reads n bytes from addr on, or, with the error, those before the first one that cannot
// be read.
func (c *Context) readable(addr table.Addr, n uint64) ([]byte, error) {
	if c.Mem == nil {
		return nil, &MemoryError{Addr: addr, Err: errNoProcess}
	}
	buf := make([]byte, n)
	got, err := c.Mem.ReadMemory(addr, buf)
	if got == len(buf) {
		return buf, nil
	}
	return buf[:got], &MemoryError{Addr: addr + table.Addr(got), Err: err}
}
