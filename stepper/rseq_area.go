package stepper

import (
	"encoding/binary"

	"rseqstep/stepper/tracee"
)

// Offsets in struct rseq, bytes. See include/uapi/linux/rseq.h.
const (
	areaCPUID     = 4
	areaFlags     = 16
	areaMMCID     = 24
	areaSliceCtrl = 28 // u8 request, u8 granted, two bytes of padding

	// areaOriginal is the size that a registration had before fields were added
	// (ORIG_RSEQ_SIZE, kernel/rseq.c).
	areaOriginal = 32
)

// Flags in struct rseq, written by the kernel. See include/uapi/linux/rseq.h.
const (
	flagSliceAvailable = 1 << 4 // RSEQ_CS_FLAG_SLICE_EXT_AVAILABLE
	flagSliceEnabled   = 1 << 5 // RSEQ_CS_FLAG_SLICE_EXT_ENABLED
)

// Slice is a thread's time slice extension, as its rseq area says. See
// Documentation/userspace-api/rseq.rst, "Scheduler time slice extensions".
type Slice struct {
	Available bool // the kernel has it, and the registration is large enough
	Enabled   bool // the thread has switched it on
	Requested bool // the thread asks for an extension
	Granted   bool // the kernel has given one
}

// String is "none" where there is no extension, else "off" or "on" and what the
// thread has asked for and been given.
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

// sliceOf reads a registered area. One of the original size has no such fields:
// a program may keep something of its own there, as tcmalloc does.
func sliceOf(c tracee.RseqConfig, area []byte) Slice {
	if c.Size <= areaOriginal || len(area) < areaOriginal {
		return Slice{}
	}
	flags := binary.LittleEndian.Uint32(area[areaFlags:])
	s := Slice{Available: flags&flagSliceAvailable != 0, Enabled: flags&flagSliceEnabled != 0}
	if s.Available {
		s.Requested, s.Granted = area[areaSliceCtrl] != 0, area[areaSliceCtrl+1] != 0
	}
	return s
}
