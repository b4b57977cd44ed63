package exercise

import (
	"cmp"
	"slices"
)

// Trial runs the program anew with aborts only at some boundaries, and reports whether it failed.
type Trial func(only []*Boundary) (failed bool, err error)

// Culprit is what Bisect has found.
type Culprit struct {
	// Boundaries are the fewest that were found to make the program fail when they are aborted:
	// nearly always one.
	Boundaries []*Boundary
	// Harmless is the boundary in front of the only one of Boundaries, in its section: the program
	// does not fail when it is aborted there. nil: there is none, or several are needed.
	Harmless *Boundary

	Without bool // the program fails without aborts, too
	Gone    bool // the failure did not occur again
	Trials  int
}

// Bisect finds which of the boundaries that were aborted in a run make the program fail. last is
// the one that was aborted last, which often is the one. If one boundary is enough, Bisect goes
// back to the first in its section that is, on the way that control takes: an abort that comes
// after the harm is done fails as well.
func Bisect(suspects []*Boundary, last *Boundary, try Trial) (*Culprit, error) {
	c := &Culprit{}
	fails := func(only []*Boundary) (bool, error) {
		c.Trials++
		return try(only)
	}
	failed, err := fails(nil)
	if c.Without = failed; failed || err != nil {
		return c, err
	}
	if last != nil {
		if failed, err = fails([]*Boundary{last}); err != nil {
			return c, err
		}
		if failed {
			c.Boundaries = []*Boundary{last}
			return c, c.earliest(suspects, fails)
		}
	}
	if failed, err = fails(suspects); err != nil || !failed {
		c.Gone = !failed
		return c, err
	}
	if c.Boundaries, err = reduce(suspects, fails); err != nil || len(c.Boundaries) > 1 {
		return c, err
	}
	return c, c.earliest(suspects, fails)
}

// reduce is Zeller's delta debugging ("Simplifying and Isolating Failure-Inducing Input", 2002):
// a part of a failing set that fails, from which no single piece can be left out.
func reduce(set []*Boundary, fails Trial) ([]*Boundary, error) {
	for pieces := 2; len(set) > 1; {
		found := false
		parts := split(set, pieces)
		for n := 0; n < 2*len(parts) && !found; n++ {
			some := parts[n%len(parts)]
			if n >= len(parts) { // all but that one
				if pieces == 2 {
					break // the other half, which has been tried
				}
				some = without(set, some)
			}
			failed, err := fails(some)
			if err != nil {
				return set, err
			}
			if found = failed; found {
				if n >= len(parts) {
					pieces = max(pieces-1, 2)
				} else {
					pieces = 2
				}
				set = some
			}
		}
		if found {
			continue
		}
		if pieces >= len(set) {
			break
		}
		pieces = min(2*pieces, len(set))
	}
	return set, nil
}

func split(set []*Boundary, pieces int) (parts [][]*Boundary) {
	for n := range pieces {
		if low, high := n*len(set)/pieces, (n+1)*len(set)/pieces; low < high {
			parts = append(parts, set[low:high])
		}
	}
	return parts
}

func without(set, some []*Boundary) (rest []*Boundary) {
	for _, b := range set {
		if !slices.Contains(some, b) {
			rest = append(rest, b)
		}
	}
	return rest
}

// earliest replaces the only boundary by the first one of its section that fails, by halves.
func (c *Culprit) earliest(suspects []*Boundary, fails Trial) error {
	one := c.Boundaries[0]
	list := []*Boundary{one}
	for _, b := range suspects {
		if b.section == one.section && b.Address < one.Address {
			list = append(list, b)
		}
	}
	slices.SortFunc(list, func(a, b *Boundary) int { return cmp.Compare(a.Address, b.Address) })
	low, high := 0, len(list)-1 // list[high] fails, and those below low do not
	for low < high {
		mid := (low + high) / 2
		failed, err := fails(list[mid : mid+1])
		if err != nil {
			return err
		}
		if failed {
			high = mid
		} else {
			low = mid + 1
		}
	}
	c.Boundaries = []*Boundary{list[high]}
	if high > 0 {
		c.Harmless = list[high-1]
	}
	return nil
}

// Executed are the boundaries in front of a failing one in its section, whose instructions the
// section may have executed before the abort.
func (c *Culprit) Executed() (list []*Boundary) {
	one := c.Boundaries[0]
	for _, b := range one.section.Boundaries {
		if b.Address < one.Address {
			list = append(list, b)
		}
	}
	return list
}
