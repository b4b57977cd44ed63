package exercise

import (
	"cmp"
	"math/rand/v2"
	"regexp"
	"slices"

	"rseqstep/check"
	"rseqstep/stepper/machine"
	"rseqstep/table"
)

// Options say what is aborted.
type Options struct {
	Times    int                    // aborts of each boundary
	Seed     uint64                 // varies the number of aborts; 0: each boundary has Times
	Sections *regexp.Regexp         // only sections whose function matches; nil: all
	Storm    float64                // aborts a second, at random, until the program ends; 0: none. Times does not count
	Only     func(b *Boundary) bool // only these boundaries; nil: all
	// Migrate moves threads to another CPU at the arming store of each section, instead of aborting:
	// the CPU's number that the program has read for the section is then that of another CPU.
	Migrate bool
}

// times is how often a boundary is aborted in a run: with a seed, 1 to 2·Times-1, the same in every
// run.
func (o *Options) times(b *Boundary) int {
	if o.Seed == 0 || o.Times <= 1 {
		return max(o.Times, 1)
	}
	r := rand.New(rand.NewPCG(o.Seed, uint64(b.Address)))
	return 1 + r.IntN(2*o.Times-1)
}

// takes reports whether a section is to be aborted.
func (o *Options) takes(s *Section) bool {
	return o.Sections == nil || o.Sections.MatchString(s.Function)
}

// sectionOf is a section with its boundaries: the places before each instruction that control reaches
// from the start, but not before the section's own arming store (arming; 0: unknown), where it is
// not armed. bare: without boundaries. m is the file that the code is in, nil if there is none.
func sectionOf(p *table.Placed, path string, m *table.Module, body *machine.Body, arming table.Addr, bare bool) *Section {
	file := func(a table.Addr) check.Address { return fileAddress(m, a) }
	s := &Section{Module: path, Start: file(p.Start), End: file(p.End), Abort: file(p.Abort), Learnt: p.Module == nil}
	if body == nil || bare {
		return s
	}
	for n := range body.Insns {
		if at := body.Insns[n].Addr; at != arming && body.Contains(at) {
			s.Boundaries = append(s.Boundaries, &Boundary{Address: file(at)})
		}
	}
	slices.SortFunc(s.Boundaries, func(a, b *Boundary) int { return cmp.Compare(a.Address, b.Address) })
	return s
}
