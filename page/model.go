package page

// Page is one report.
type Page struct {
	Command  string // that made it: "rseqstep stat"
	Subject  string // the program, process or file that it is about
	Version  string // rseqstep's, with its name
	Made     string // date and time
	Summary  []Fact
	Notes    []string // what a reader must know to believe the numbers, a sentence each
	Columns  []Column
	Order    int    // index in Columns by which the sections are sorted already, the greatest first; -1: they are not
	Counted  string // heading of the numbers at the instructions: "Aborts"; "": nothing was counted
	Sections []Section
	Findings []Finding // that concern no section
	Rules    []Rule    // that the findings name, by Rule.Name
	Legend   []Legend  // the states that instructions have
}

// Fact is a name and a value. Level may be "good", "warning" or "bad".
type Fact struct{ Name, Value, Level string }

// Column is a column of numbers in the table of sections.
type Column struct {
	Name  string
	Means string // a phrase that explains it
}

// Cell is a value in a Column: the text shown, and the number to sort by.
type Cell struct {
	Text  string
	Sort  float64
	Level string // as that of a Fact
}

// Section is one critical section. Addresses are those of its file, unless Module is "".
type Section struct {
	Function string // and the offset in it: "push+0x1f"
	Module   string // path of the file
	File     string // source; "" when unknown
	Line     int

	Descriptor uint64 // its struct rseq_cs; with Module it names the section. 0: unknown

	Cells    []Cell // one for each of Columns
	Heat     float64
	Facts    []Fact
	Listing  []Row
	Unlisted string   // why there is no Listing
	Words    []string // what it does, one operation a line
	Notes    []string // about the words
	Tallies  []Tally
	Callers  []Stack
	Findings []Finding // about the section as a whole; those about an instruction are in its Row
}

// Row is a line of a listing.
type Row struct {
	Kind    RowKind
	Address uint64
	Offset  int64 // from the section's first instruction, bytes
	Bytes   string
	Text    string   // the instruction; or the source line's text
	Roles   []string // "arm", "commit", "exit", …
	Inside  bool     // between the section's start and its end; of a source line: behind its start
	File    string   // RowSource: the file, if it is another than before
	Line    int      // RowSource
	// What was counted here.
	State    State
	Count    uint64
	Share    float64 // 0 to 1, of the section's; the length of the bar
	Findings []Finding
}

// RowKind is what a Row shows.
type RowKind uint8

const (
	RowCode   RowKind = iota // an instruction
	RowSource                // a source line, above its instructions
	RowGap                   // code that is left out
)

// State is what happened at an instruction.
type State uint8

const (
	Unknown State = iota // nothing is said
	Counted              // Count is how often
	Covered              // it was tried, and Count is how often
	Missed               // it was not tried
	Failed               // it was tried, and the program failed
)

// Legend explains a State.
type Legend struct {
	State State
	Text  string
}

// Tally is a list of counts, such as those of threads.
type Tally struct {
	Title  string
	Counts []Count
	Left   int // how many are left out
}

// Count is one line of a Tally.
type Count struct {
	Name  string
	Count uint64
	Share float64 // 0 to 1
}

// Stack is a way in which a section was called.
type Stack struct {
	Count  uint64
	Frames []Frame // the innermost first
}

// Frame is a function of a Stack.
type Frame struct {
	Function string
	Module   string
	File     string
	Line     int
}

// At returns the row of the instruction at an offset from the section's start, nil if the
// listing has none.
func (s *Section) At(offset int64) *Row {
	for n := range s.Listing {
		if r := &s.Listing[n]; r.Kind == RowCode && r.Offset == offset {
			return r
		}
	}
	return nil
}

// Row returns the row of the instruction at a file address, nil if the listing has none.
func (s *Section) Row(address uint64) *Row {
	for n := range s.Listing {
		if r := &s.Listing[n]; r.Kind == RowCode && r.Address == address {
			return r
		}
	}
	return nil
}

// Find puts a finding below the instruction at a file address, or above the listing if there is
// no such row.
func (s *Section) Find(address uint64, f Finding) {
	if r := s.Row(address); r != nil {
		r.Findings = append(r.Findings, f)
		return
	}
	s.Findings = append(s.Findings, f)
}
