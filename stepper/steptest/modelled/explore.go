package modelled

import "fmt"

// Chooser makes each decision of one run: a number below n, 0 for "nothing
// happens".
type Chooser struct {
	path   []int // decisions so far; a prefix of them is given
	widths []int // number of choices at each decision
	at     int
	left   int // remaining decisions other than 0
}

// choose takes the next decision.
func (c *Chooser) choose(n int) int {
	if n <= 1 || c.left == 0 {
		return 0
	}
	if c.at == len(c.path) {
		c.path = append(c.path, 0)
	}
	c.widths = append(c.widths, n)
	d := c.path[c.at]
	c.at++
	if d >= n {
		panic(fmt.Sprintf("modelled: decision %d of %d: the run is not the one before", d, n))
	}
	if d != 0 {
		c.left--
	}
	return d
}

// Pick makes a decision of the driver's, not an event: it does not count as a deviation.
// n is at least 1.
func (c *Chooser) Pick(n int) int {
	left := c.left
	c.left = n
	d := c.choose(n)
	c.left = left
	return d
}

// next returns the decisions of the following run, depth first; nil after the
// last.
func (c *Chooser) next() []int {
	for i := len(c.path) - 1; i >= 0; i-- {
		if c.path[i]+1 < c.widths[i] {
			return append(append([]int(nil), c.path[:i]...), c.path[i]+1)
		}
	}
	return nil
}

// Explored is the result of an exploration.
type Explored struct {
	Runs   int // number of runs, each with another order of events
	States map[uint64]bool
	Events map[string]int // number of events, by name
}

// Explore runs scenario for every sequence of decisions with at most deviations
// other than "nothing happens". It ends early when scenario returns false.
func Explore(deviations int, scenario func(c *Chooser, seen *Explored) bool) Explored {
	seen := Explored{States: map[uint64]bool{}, Events: map[string]int{}}
	for path := []int{}; path != nil; {
		c := &Chooser{path: path, left: deviations}
		seen.Runs++
		if !scenario(c, &seen) {
			break
		}
		// Decisions that were not offered because no deviations were left have
		// no width.
		c.path, c.widths = c.path[:c.at], c.widths[:c.at]
		path = c.next()
	}
	return seen
}

// Path returns the decisions of the run, to reproduce it.
func (c *Chooser) Path() []int { return c.path[:c.at] }
