package table

import (
	"encoding/binary"
	"fmt"
)

// Memory reads a process. ReadMemory fills p from addr and returns how many
// bytes it read; n < len(p) implies an error.
type Memory interface {
	ReadMemory(addr Addr, p []byte) (n int, err error)
}

// ReadDescriptor reads the struct rseq_cs at an address of a process, as a
// thread arms it. It finds sections that no file declares, because sstrip
// removed the section headers or because code was generated at run time. Its
// Section has process addresses for file addresses, and no Symbol.
func ReadDescriptor(mem Memory, at Addr, order binary.ByteOrder) (*Placed, error) {
	var b [DescriptorSize]byte
	if _, err := mem.ReadMemory(at, b[:]); err != nil {
		return nil, fmt.Errorf("reading the struct rseq_cs at %v: %w", at, err)
	}
	s := newSection(FileAddr(at), DecodeDescriptor(b[:], order))
	var sig [4]byte
	if _, err := mem.ReadMemory(Addr(s.Abort)-4, sig[:]); err == nil {
		s.Signature = Signature{Value: order.Uint32(sig[:]), Found: true}
	}
	return placedAsIs(&s), nil
}

// placedAsIs makes a Placed of a section whose addresses are process addresses.
func placedAsIs(s *Section) *Placed {
	p := (&Module{}).Place(s)
	p.Module = nil
	return p
}
