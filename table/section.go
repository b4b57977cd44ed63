package table

// Descriptor is a struct rseq_cs, the 32 bytes with which a program describes
// one critical section to the kernel. Addresses are file addresses, relocated.
// See include/uapi/linux/rseq.h.
type Descriptor struct {
	Version          uint32
	Flags            uint32
	StartIP          FileAddr
	PostCommitOffset uint64 // bytes
	AbortIP          FileAddr
}

// Section is one critical section declared by a file.
type Section struct {
	Descriptor
	At        FileAddr   // address of the descriptor itself
	Start     FileAddr   // first instruction
	End       FileAddr   // post-commit: the first address after the section
	Abort     FileAddr   // the abort handler
	Exits     []FileAddr // exits declared in __rseq_exit_point_array, sorted; neither End nor Abort
	Decoded   []FileAddr // exits found by decoding the code that Exits does not contain, sorted; Parse leaves it empty
	Signature Signature  // the 4 bytes before Abort
	Symbol    string     // the enclosing function as in the symbol table; "" when unknown
	Offset    uint64     // bytes from Symbol to Start
	Source    Source     // source lines of the section; zero without DWARF
	Declared  []string   // the ELF sections that declare it: "__rseq_cs", "__rseq_cs_ptr_array", …
}

// Source is a range of lines in one file.
type Source struct {
	File        string
	First, Last int
}

// Contains reports whether pc is inside [Start, End).
func (s *Section) Contains(pc FileAddr) bool {
	return uint64(pc-s.Start) < s.PostCommitOffset
}
