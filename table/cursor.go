package table

import "encoding/binary"

// cursor reads fields one after another, each in the file's own byte order.
// Precondition: the caller gave it enough bytes.
type cursor struct {
	b     []byte
	order binary.ByteOrder
	wide  bool // 64-bit class: word is 8 bytes, else 4
}

func (c *cursor) u8() uint8 {
	v := c.b[0]
	c.b = c.b[1:]
	return v
}

func (c *cursor) u16() uint16 {
	v := c.order.Uint16(c.b)
	c.b = c.b[2:]
	return v
}

func (c *cursor) u32() uint32 {
	v := c.order.Uint32(c.b)
	c.b = c.b[4:]
	return v
}

func (c *cursor) u64() uint64 {
	v := c.order.Uint64(c.b)
	c.b = c.b[8:]
	return v
}

// word reads an address, an offset or a size of the file's class.
func (c *cursor) word() uint64 {
	if c.wide {
		return c.u64()
	}
	return uint64(c.u32())
}
