package rseq

import (
	"encoding/binary"
	"fmt"
	"io"

	"rseqstep/stepper/machine"
	"rseqstep/stepper/tracee"
	"rseqstep/table"
)

// Offsets in struct rseq, bytes: cpu_id_start at 0, cpu_id at 4, rseq_cs at 8, flags,
// node_id, mm_cid, slice_ctrl. See include/uapi/linux/rseq.h.
const (
	atCPUID     = 4
	atCS        = 8
	atFlags     = 16
	atMMCID     = 24
	atSliceCtrl = 28 // u8 request, u8 granted, two bytes of padding
)

// AreaSize is the size in bytes that a registration had before the kernel added fields
// (ORIG_RSEQ_SIZE, kernel/rseq.c). The kernel accepts no smaller one.
const AreaSize = 32

// Flags in struct rseq, written by the kernel. See include/uapi/linux/rseq.h.
const (
	sliceAvailable = 1 << 4 // RSEQ_CS_FLAG_SLICE_EXT_AVAILABLE
	sliceEnabled   = 1 << 5 // RSEQ_CS_FLAG_SLICE_EXT_ENABLED
)

// Flags of rseq(2). See include/uapi/linux/rseq.h.
const (
	Unregister     = 1 // RSEQ_FLAG_UNREGISTER
	SliceDefaultOn = 2 // RSEQ_FLAG_SLICE_EXT_DEFAULT_ON: since Linux 7.0
)

// Area holds the fields of a thread's registered struct rseq.
type Area struct {
	CPU   int        // cpu_id; negative until the kernel has written it
	Armed table.Addr // rseq_cs: the process address of a descriptor; 0 when not armed
	Slice Slice
}

// ReadArea reads the area of a registration. Errors, wrapped: that of mem, or
// io.ErrUnexpectedEOF.
func ReadArea(mem machine.Memory, c tracee.RseqConfig) (Area, error) {
	var b [AreaSize]byte
	if n, err := mem.ReadMemory(c.Area, b[:]); n < len(b) {
		if err == nil {
			err = io.ErrUnexpectedEOF
		}
		return Area{CPU: -1}, fmt.Errorf("the rseq area at %v cannot be read: %w", c.Area, err)
	}
	return ParseArea(c, b[:]), nil
}

// ParseArea decodes the bytes of an area. Precondition: len(b) >= AreaSize.
func ParseArea(c tracee.RseqConfig, b []byte) Area {
	return Area{
		CPU:   int(int32(binary.LittleEndian.Uint32(b[atCPUID:]))),
		Armed: table.Addr(binary.LittleEndian.Uint64(b[atCS:])),
		Slice: sliceOf(c, b),
	}
}

// CPU returns the CPU number in an area (cpu_id), -1 if there is no area or it cannot be read.
func CPU(mem machine.Memory, c tracee.RseqConfig) int { return field(mem, c, atCPUID) }

// CID returns the concurrency id in an area (mm_cid), -1 if there is none or it cannot be read.
func CID(mem machine.Memory, c tracee.RseqConfig) int { return field(mem, c, atMMCID) }

// field reads a signed 32-bit field of a registered area; it returns -1 if the read fails.
func field(mem machine.Memory, c tracee.RseqConfig, offset table.Addr) int {
	var b [4]byte
	if !c.Registered() {
		return -1
	}
	if n, _ := mem.ReadMemory(c.Area+offset, b[:]); n < len(b) {
		return -1
	}
	return int(int32(binary.LittleEndian.Uint32(b[:])))
}

// Slice is the time slice extension state in a thread's rseq area. See
// Documentation/userspace-api/rseq.rst, "Scheduler time slice extensions".
type Slice struct {
	Available bool // the kernel supports it, and the registration is large enough
	Enabled   bool // the thread has enabled it
	Requested bool // the thread requests an extension
	Granted   bool // the kernel has granted one
}

// String returns "none" if the extension is not available, otherwise "off" or "on" with the
// thread's request and the kernel's grant.
func (s Slice) String() string {
	text := "on"
	switch {
	case !s.Available:
		return "none"
	case !s.Enabled:
		text = "off"
	}
	if s.Requested {
		text += ", requested"
	}
	if s.Granted {
		text += ", granted"
	}
	return text
}

// sliceOf decodes the slice fields of a registered area. An area of the original size has no such
// fields: a program may keep its own data there, as tcmalloc does.
func sliceOf(c tracee.RseqConfig, area []byte) Slice {
	if c.Size <= AreaSize {
		return Slice{}
	}
	flags := binary.LittleEndian.Uint32(area[atFlags:])
	s := Slice{Available: flags&sliceAvailable != 0, Enabled: flags&sliceEnabled != 0}
	if s.Available {
		s.Requested, s.Granted = area[atSliceCtrl] != 0, area[atSliceCtrl+1] != 0
	}
	return s
}

// ClearSlice clears the thread's request and the kernel's grant in the bytes of an area, as the
// kernel does when it has scheduled the thread out. If the extension is not available or not
// enabled, the bytes may belong to the program, and ClearSlice leaves them unchanged.
func ClearSlice(c tracee.RseqConfig, area []byte) {
	if s := sliceOf(c, area); s.Available && s.Enabled {
		clear(area[atSliceCtrl : atSliceCtrl+4])
	}
}
