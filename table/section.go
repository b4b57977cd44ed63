package table

// Descriptor is a struct rseq_cs, the 32 bytes by which a program tells the
// kernel of one critical section. Addresses are file addresses, relocated.
// See include/uapi/linux/rseq.h.
type Descriptor struct {
	Version          uint32
	Flags            uint32
	StartIP          FileAddr
	PostCommitOffset uint64 // bytes
	AbortIP          FileAddr
}

// Section is one critical section as a file declares it.
type Section struct {
	Descriptor
	At        FileAddr   // where the descriptor itself lies
	Start     FileAddr   // first instruction
	End       FileAddr   // post-commit: the first address after the section
	Abort     FileAddr   // the abort handler
	Exits     []FileAddr // exits declared in __rseq_exit_point_array, sorted; neither End nor Abort
	Decoded   []FileAddr // exits that a decoder found in the code and Exits does not name, sorted; Parse leaves it empty
	Signature Signature  // what was found in the 4 bytes before Abort
	Symbol    string     // the enclosing function as the symbol table spells it; "" when unknown
	Offset    uint64     // bytes from Symbol to Start
	Source    Source     // where the section was written; zero without DWARF
	Declared  []string   // the ELF sections that declare it: "__rseq_cs", "__rseq_cs_ptr_array", …
}

// Source is a range of lines of one file.
type Source struct {
	File        string
	First, Last int
}

// Contains reports whether pc is inside [Start, End).
func (s *Section) Contains(pc FileAddr) bool {
	return uint64(pc-s.Start) < s.PostCommitOffset
}
