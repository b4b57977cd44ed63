package modelled

import "fmt"

// Chooser gives each decision of one run: a number below n, 0 for "nothing
// happens".
type Chooser struct {
	path   []int // decisions so far; a prefix of them is given
	widths []int // how many there were to choose from, each time
	at     int
	left   int // decisions other than 0 that may still be made
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

// Pick takes a decision that is the driver's own, not an event: it counts for no
// deviation. n is at least 1.
func (c *Chooser) Pick(n int) int {
	left := c.left
	c.left = n
	d := c.choose(n)
	c.left = left
	return d
}

// next is the decisions of the following run, depth first; nil after the last.
func (c *Chooser) next() []int {
	for i := len(c.path) - 1; i >= 0; i-- {
		if c.path[i]+1 < c.widths[i] {
			return append(append([]int(nil), c.path[:i]...), c.path[i]+1)
		}
	}
	return nil
}

// Explored is what an exploration came to.
type Explored struct {
	Runs   int // orders of events
	States map[uint64]bool
	Events map[string]int // what happened, by name
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
		// Decisions that were not offered for want of deviations have no width.
		c.path, c.widths = c.path[:c.at], c.widths[:c.at]
		path = c.next()
	}
	return seen
}

// Path is the decisions of the run, to find it again.
func (c *Chooser) Path() []int { return c.path[:c.at] }
