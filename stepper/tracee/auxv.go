package tracee

import "encoding/binary"

// Kinds of the auxiliary vector, include/uapi/linux/auxvec.h. See getauxval(3).
const (
	AuxBase            = 7  // AT_BASE: the dynamic linker; 0: none
	AuxEntry           = 9  // AT_ENTRY
	AuxRseqFeatureSize = 27 // AT_RSEQ_FEATURE_SIZE, since Linux 6.3
)

// AuxValue returns a value of the process's auxiliary vector, 0 if it has no such entry.
func AuxValue(s State, kind uint64) (uint64, error) {
	b, err := s.Auxv()
	for ; len(b) >= 16; b = b[16:] {
		if binary.LittleEndian.Uint64(b) == kind {
			return binary.LittleEndian.Uint64(b[8:]), nil
		}
	}
	return 0, err
}
