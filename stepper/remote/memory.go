package remote

import (
	"bytes"
	"encoding/hex"
	"errors"
	"strings"

	"rseqstep/table"
)

var errSyntax = errors.New("the packet cannot be understood")

// read reads memory; a short read is a shorter answer, and a read of nothing is an error.
func (c *client) read(addr, length uint64) ([]byte, error) {
	if length > maxPacket {
		length = maxPacket
	}
	p := make([]byte, length)
	var n int
	var err error
	if c.inChild() {
		n, err = c.p.target.ReadChild(c.general, table.Addr(addr), p)
	} else {
		n, err = c.p.engine.Target().ReadMemory(table.Addr(addr), p)
	}
	if n > 0 || length == 0 {
		return p[:n], nil
	}
	return nil, err
}

// readHex is the packet m ADDR,LENGTH.
func (c *client) readHex(args string) (string, error) {
	addr, length, ok := two(args, ",")
	if !ok {
		return "", errSyntax
	}
	p, err := c.read(addr, min(length, maxPacket/2-8))
	return hex.EncodeToString(p), err
}

// readBinary is the packet x ADDR,LENGTH. gdb, which sends it only after it has
// asked for binary-upload, expects a "b" before the bytes; lldb expects none,
// and an "OK" for no bytes, which is how it asks for the packet.
func (c *client) readBinary(args string) (string, error) {
	addr, length, ok := two(args, ",")
	if !ok {
		return "", errSyntax
	}
	if length == 0 && !c.binaryUpload {
		return "OK", nil
	}
	p, err := c.read(addr, min(length, maxPacket/2-8))
	if c.binaryUpload {
		return "b" + string(p), err
	}
	return string(p), err
}

// write is the packets M and X: ADDR,LENGTH:BYTES.
func (c *client) write(args string, binary bool) error {
	head, data, ok := strings.Cut(args, ":")
	addr, length, ok2 := two(head, ",")
	if !ok || !ok2 {
		return errSyntax
	}
	p := []byte(data)
	if !binary {
		var err error
		if p, err = hex.DecodeString(data); err != nil {
			return errSyntax
		}
	}
	if uint64(len(p)) != length {
		return errSyntax
	}
	if len(p) == 0 {
		return nil // with this gdb asks whether X is supported
	}
	var n int
	var err error
	if c.inChild() {
		n, err = c.p.target.WriteChild(c.general, table.Addr(addr), p)
	} else {
		n, err = c.p.engine.WriteMemory(table.Addr(addr), p)
	}
	if n < len(p) && err == nil {
		err = errors.New("not all of it could be written")
	}
	return err
}

// search is qSearch:memory:ADDR;LENGTH;PATTERN, with the pattern in binary.
func (c *client) search(args string) (string, error) {
	head, rest, _ := strings.Cut(args, ";")
	size, pattern, _ := strings.Cut(rest, ";")
	addr, ok1 := number(head)
	length, ok2 := number(size)
	if !ok1 || !ok2 || pattern == "" {
		return "", errSyntax
	}
	const chunk = 1 << 16
	overlap := uint64(len(pattern) - 1)
	for length > overlap {
		p, err := c.read(addr, min(length, chunk+overlap))
		if err != nil {
			return "", err
		}
		if i := bytes.Index(p, []byte(pattern)); i >= 0 {
			return "1," + table.Addr(addr + uint64(i)).String()[2:], nil
		}
		if uint64(len(p)) <= overlap {
			break
		}
		done := uint64(len(p)) - overlap
		addr, length = addr+done, length-min(length, done)
	}
	return "0", nil
}
