package exercise

import (
	"cmp"
	"fmt"
	"slices"
	"strings"

	"rseqstep/check"
)

// Version is that of the form in which a Coverage is written. Another version cannot be read.
const Version = 1

// Key identifies a boundary or a section's start in every run: the addresses of a process differ
// from run to run.
type Key struct {
	Module  string
	Address check.Address // of the file
}

// Coverage is what was aborted, in one run or in several.
type Coverage struct {
	Version  int        `json:"version"`
	Sections []*Section `json:"sections"`
}

// Section is one declared section. Addresses are those of its file.
type Section struct {
	Module     string        `json:"module"`
	Function   string        `json:"function,omitempty"`
	File       string        `json:"file,omitempty"`
	Line       int           `json:"line,omitempty"`
	Start      check.Address `json:"start"`
	End        check.Address `json:"end"`
	Abort      check.Address `json:"abort"`
	Learnt     bool          `json:"learnt,omitempty"`     // no file declares it; a thread had armed it
	Executed   bool          `json:"executed"`             // a thread was inside, armed
	Unarmed    uint64        `json:"unarmed,omitempty"`    // a thread was at a boundary and had not armed the section
	Unmoved    uint64        `json:"unmoved,omitempty"`    // a thread could not be moved: it may run on one CPU only, or has no registration
	Unplanted  string        `json:"unplanted,omitempty"`  // why no breakpoint stands in it; empty: it has them
	Boundaries []*Boundary   `json:"boundaries,omitempty"` // by address
}

// Boundary is the place before one instruction of a section.
type Boundary struct {
	Address check.Address `json:"address"`
	Aborts  uint64        `json:"aborts"`
	Text    string        `json:"text,omitempty"`  // the instruction behind it
	Words   string        `json:"words,omitempty"` // what that instruction does
	// Move says that this is the arming store, in front of which a thread is moved to another CPU;
	// Aborts are the moves then, and Commits those after which the section reached its end.
	Move    bool   `json:"move,omitempty"`
	Commits uint64 `json:"commits,omitempty"`
	File    string `json:"file,omitempty"`
	Line    int    `json:"line,omitempty"`

	section *Section
}

// Section is the one that the boundary is in.
func (b *Boundary) Section() *Section { return b.section }

// Key identifies the boundary.
func (b *Boundary) Key() Key { return Key{b.section.Module, b.Address} }

// Offset is the boundary's distance from the section's start, bytes; that of an arming store is
// negative as a rule.
func (b *Boundary) Offset() int64 { return int64(b.Address - b.section.Start) }

// String is the boundary as reports name it.
func (b *Boundary) String() string {
	if b.Move {
		return "the arming store of " + b.section.Name()
	}
	return fmt.Sprintf("+%#x of %s", b.Offset(), b.section.Name())
}

// Name is the section as reports name it: its function without template arguments, or its address.
func (s *Section) Name() string {
	if s.Function != "" {
		return withoutArguments(s.Function)
	}
	return s.Start.String()
}

// withoutArguments leaves out what stands between < and > in the name of a C++ function. The names
// of operators have them unpaired, and stay whole.
func withoutArguments(name string) string {
	if strings.Contains(name, "operator") || strings.Count(name, "<") != strings.Count(name, ">") {
		return name
	}
	out, depth := strings.Builder{}, 0
	for _, c := range name {
		switch {
		case c == '<':
			if depth++; depth == 1 {
				out.WriteString("<...>")
			}
		case c == '>':
			depth--
		case depth == 0:
			out.WriteRune(c)
		}
	}
	return out.String()
}

// Aborted counts the boundaries that were aborted at least once.
func (s *Section) Aborted() (n int) {
	for _, b := range s.Boundaries {
		if b.Aborts > 0 {
			n++
		}
	}
	return n
}

// Totals are the sums of a Coverage.
type Totals struct {
	Declared   int     `json:"declared"`         // sections
	Learnt     int     `json:"learnt,omitempty"` // sections that no file declares; not in Declared
	Executed   int     `json:"executed"`         // sections that a thread was in, armed
	Boundaries int     `json:"boundaries"`       // of the executed sections
	Aborted    int     `json:"aborted"`          // of those, at least once
	Aborts     uint64  `json:"aborts"`
	Percent    float64 `json:"percent"` // Aborted of Boundaries; 0 if nothing was executed
}

// Totals sums up.
func (c *Coverage) Totals() Totals {
	t := Totals{Declared: len(c.Sections)}
	for _, s := range c.Sections {
		if s.Learnt {
			t.Learnt++
			t.Declared--
		}
		if !s.Executed {
			continue
		}
		t.Executed++
		t.Boundaries += len(s.Boundaries)
		t.Aborted += s.Aborted()
		for _, b := range s.Boundaries {
			t.Aborts += b.Aborts
		}
	}
	if t.Boundaries > 0 {
		t.Percent = 100 * float64(t.Aborted) / float64(t.Boundaries)
	}
	return t
}

// find is the section with those addresses, nil if there is none.
func (c *Coverage) find(s *Section) *Section {
	for _, have := range c.Sections {
		if have.Module == s.Module && have.Start == s.Start && have.End == s.End && have.Abort == s.Abort {
			return have
		}
	}
	return nil
}

// add adds a section, or returns the one that is there.
func (c *Coverage) add(s *Section) *Section {
	if have := c.find(s); have != nil {
		return have
	}
	for _, b := range s.Boundaries {
		b.section = s
	}
	c.Sections = append(c.Sections, s)
	slices.SortFunc(c.Sections, func(a, b *Section) int {
		return cmp.Or(cmp.Compare(a.Module, b.Module), cmp.Compare(a.Start, b.Start), cmp.Compare(a.End, b.End))
	})
	return s
}

// Merge adds what another Coverage has. A file that was built anew has other addresses: its
// sections are added beside the old ones.
func (c *Coverage) Merge(other *Coverage) {
	for _, o := range other.Sections {
		s := c.add(o)
		if s == o {
			continue
		}
		s.Executed = s.Executed || o.Executed
		s.Unarmed += o.Unarmed
		s.Unmoved += o.Unmoved
		for _, b := range o.Boundaries {
			n := slices.IndexFunc(s.Boundaries, func(have *Boundary) bool { return have.Address == b.Address })
			if n < 0 {
				b.section = s
				s.Boundaries = append(s.Boundaries, b)
				continue
			}
			have := s.Boundaries[n]
			have.Commits += b.Commits
			if have.Aborts += b.Aborts; have.Text == "" {
				have.Text, have.Words, have.File, have.Line = b.Text, b.Words, b.File, b.Line
			}
		}
	}
}
