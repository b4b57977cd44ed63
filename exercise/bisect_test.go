package exercise

import (
	"errors"
	"fmt"
	"math/rand/v2"
	"slices"
	"testing"

	"rseqstep/check"
)

// sections makes sections with n boundaries each.
func sections(count, n int) (list []*Section) {
	for k := range count {
		s := &Section{Module: "m", Function: fmt.Sprintf("f%d", k), Start: check.Address(0x1000 * (k + 1))}
		for i := range n {
			s.Boundaries = append(s.Boundaries, &Boundary{Address: s.Start + check.Address(4*i), section: s})
		}
		list = append(list, s)
	}
	return list
}

func all(list []*Section) (bs []*Boundary) {
	for _, s := range list {
		bs = append(bs, s.Boundaries...)
	}
	return bs
}

// A mistake that harms at one boundary and at all behind it is found at the first one, wherever it
// is and whatever was aborted last, in few trials.
func TestTheFirstHarmfulBoundaryIsFound(t *testing.T) {
	const count, n = 20, 12
	for seed := range uint64(300) {
		r := rand.New(rand.NewPCG(seed, 0))
		bs := all(sections(count, n))
		bad := bs[r.IntN(len(bs))]
		last := bs[r.IntN(len(bs))]
		fails := func(only []*Boundary) (bool, error) {
			return slices.ContainsFunc(only, func(b *Boundary) bool { return b.section == bad.section && b.Address >= bad.Address }), nil
		}
		order := slices.Clone(bs)
		r.Shuffle(len(order), func(i, j int) { order[i], order[j] = order[j], order[i] })
		c, err := Bisect(order, last, fails)
		if err != nil || c.Without || c.Gone || len(c.Boundaries) != 1 || c.Boundaries[0] != bad {
			t.Fatalf("seed %d: %+v, %v, want %v", seed, c, err, bad)
		}
		if first := bad.Offset() == 0; (c.Harmless == nil) != first || !first && c.Harmless.Offset()+4 != bad.Offset() {
			t.Errorf("seed %d: harmless is %v in front of %v", seed, c.Harmless, bad)
		}
		if len(c.Executed()) != int(bad.Offset()/4) {
			t.Errorf("seed %d: %v executed in front of %v", seed, c.Executed(), bad)
		}
		if c.Trials > 30 {
			t.Errorf("seed %d: %d trials", seed, c.Trials)
		}
	}
}

// Of a failure that takes several aborts, all of them remain and no others.
func TestSeveralBoundariesThatOnlyFailTogetherAreFound(t *testing.T) {
	for seed := range uint64(200) {
		r := rand.New(rand.NewPCG(seed, 1))
		bs := all(sections(6, 5))
		need := map[*Boundary]bool{}
		for len(need) < 2+int(seed%3) {
			need[bs[r.IntN(len(bs))]] = true
		}
		c, err := Bisect(bs, bs[0], func(only []*Boundary) (bool, error) {
			have := 0
			for _, b := range only {
				if need[b] {
					have++
				}
			}
			return have == len(need), nil
		})
		if err != nil || len(c.Boundaries) != len(need) {
			t.Fatalf("seed %d: %+v, %v", seed, c, err)
		}
		for _, b := range c.Boundaries {
			if !need[b] {
				t.Errorf("seed %d: %v is not needed", seed, b)
			}
		}
	}
}

// A program that fails by itself, or not again, has no culprit; an error ends the search.
func TestAFailureWithoutACulpritIsSaid(t *testing.T) {
	bs := all(sections(2, 3))
	always := func(fails bool) Trial { return func([]*Boundary) (bool, error) { return fails, nil } }
	if c, err := Bisect(bs, bs[0], always(true)); err != nil || !c.Without || c.Boundaries != nil {
		t.Errorf("%+v, %v", c, err)
	}
	if c, err := Bisect(bs, bs[0], always(false)); err != nil || !c.Gone || c.Boundaries != nil {
		t.Errorf("%+v, %v", c, err)
	}
	if c, err := Bisect(nil, nil, always(false)); err != nil || !c.Gone {
		t.Errorf("%+v, %v", c, err)
	}
	broken := errors.New("broken")
	for after := range 5 {
		n := 0
		_, err := Bisect(bs, nil, func(only []*Boundary) (bool, error) {
			if n++; n > after {
				return false, broken
			}
			return slices.Contains(only, bs[5]), nil
		})
		if !errors.Is(err, broken) {
			t.Errorf("after %d: %v", after, err)
		}
	}
}
