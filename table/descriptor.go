package table

import (
	"encoding/binary"
	"slices"
)

// DescriptorSize is the size of struct rseq_cs in bytes, for every class.
const DescriptorSize = 32

// Offsets of the address fields in struct rseq_cs, in bytes.
const (
	offStartIP          = 8
	offPostCommitOffset = 16
	offAbortIP          = 24
)

// DecodeDescriptor decodes a struct rseq_cs.
//
// Precondition: len(b) >= DescriptorSize.
func DecodeDescriptor(b []byte, order binary.ByteOrder) Descriptor {
	return Descriptor{
		Version:          order.Uint32(b[0:]),
		Flags:            order.Uint32(b[4:]),
		StartIP:          FileAddr(order.Uint64(b[offStartIP:])),
		PostCommitOffset: order.Uint64(b[offPostCommitOffset:]),
		AbortIP:          FileAddr(order.Uint64(b[offAbortIP:])),
	}
}

// newSection is the section that a descriptor at an address describes.
func newSection(at FileAddr, d Descriptor, declared ...string) Section {
	return Section{
		Descriptor: d,
		At:         at,
		Start:      d.StartIP,
		End:        d.StartIP + FileAddr(d.PostCommitOffset),
		Abort:      d.AbortIP,
		Declared:   declared,
	}
}

// declare records an ELF section that declares s.
func (s *Section) declare(name string) {
	if !slices.Contains(s.Declared, name) {
		s.Declared = append(s.Declared, name)
	}
}
