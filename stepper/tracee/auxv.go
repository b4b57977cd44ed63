package tracee

import "encoding/binary"

// Kinds of values in the auxiliary vector, include/uapi/linux/auxvec.h. See getauxval(3).
const (
	AuxEntry           = 9  // AT_ENTRY: the program's entry point
	AuxRseqFeatureSize = 27 // AT_RSEQ_FEATURE_SIZE, since Linux 6.3
)

// Auxiliary returns a value of a process's auxiliary vector, 0 if it has no such entry.
func Auxiliary(s State, kind uint64) (uint64, error) {
	b, err := s.Auxv()
	for ; len(b) >= 16; b = b[16:] {
		if binary.LittleEndian.Uint64(b) == kind {
			return binary.LittleEndian.Uint64(b[8:]), nil
		}
	}
	return 0, err
}
