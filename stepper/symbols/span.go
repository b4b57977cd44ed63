package symbols

import "sort"

// span is [lo, hi), file addresses.
type span struct{ lo, hi uint64 }

// contains reports whether one of a few spans covers a.
func contains(spans []span, a uint64) bool {
	for _, s := range spans {
		if a-s.lo < s.hi-s.lo {
			return true
		}
	}
	return false
}

// merge sorts spans and joins those that touch or overlap; empty and
// inverted ones are dropped. It reuses its argument.
func merge(spans []span) []span {
	out := spans[:0]
	for _, s := range spans {
		if s.lo < s.hi {
			out = append(out, s)
		}
	}
	sort.Slice(out, func(i, j int) bool { return out[i].lo < out[j].lo })
	n := 0
	for _, s := range out {
		if n > 0 && s.lo <= out[n-1].hi {
			out[n-1].hi = max(out[n-1].hi, s.hi)
			continue
		}
		out[n] = s
		n++
	}
	return out[:n]
}

// owned is a span and the index of its owner.
type owned struct {
	span
	owner int32
}

// spanIndex finds the owner of an address among spans that rarely overlap: if
// they do, the one with the highest start wins.
type spanIndex []owned

func (x spanIndex) sort() {
	sort.SliceStable(x, func(i, j int) bool { return x[i].lo < x[j].lo })
}

// overlapReach is how many earlier spans find checks for one that is long
// enough: nested functions nest less deeply than this.
const overlapReach = 16

// find returns the owner of a, -1 if there is none.
func (x spanIndex) find(a uint64) int {
	i := sort.Search(len(x), func(i int) bool { return x[i].lo > a })
	for k := i - 1; k >= 0 && k >= i-overlapReach; k-- {
		if a < x[k].hi {
			return int(x[k].owner)
		}
	}
	return -1
}
