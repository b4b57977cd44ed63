package main

import (
	"fmt"
	"io"
	"slices"
	"text/tabwriter"
)

// contest is one thing measured for several contenders in the same rounds. The first
// contender is rseqstep; the others are compared with it.
type contest struct {
	title      string
	unit       string // printed after each figure
	moreIsGood bool
	contenders []contender
	target     string // the goal for the ratio, printed unchanged
	rounds     int    // the maximum number of rounds, if one takes long; 0: as many as asked for
}

// contender is one way to obtain a figure.
type contender struct {
	name    string
	measure func() (float64, error)
}

// result holds the figures of a contender.
type result struct {
	name   string
	values []float64
	err    error // its first failure; it is not measured again
}

// hold runs the contest. Every round measures every contender once.
func (c contest) hold(rounds int, progress io.Writer) []result {
	if c.rounds > 0 {
		rounds = min(rounds, c.rounds)
	}
	results := make([]result, len(c.contenders))
	for i, who := range c.contenders {
		results[i].name = who.name
	}
	for round := range rounds {
		for n := range c.contenders {
			// The first of a round is slower by up to a half where a figure is a few
			// milliseconds, whichever program it is: every second round goes backwards.
			i := n
			if round%2 == 1 {
				i = len(c.contenders) - 1 - n
			}
			who := c.contenders[i]
			if results[i].err != nil {
				continue
			}
			fmt.Fprintf(progress, "\r\x1b[K%s: round %d of %d: %s", c.title, round+1, rounds, who.name)
			value, err := who.measure()
			if err != nil {
				results[i].err = err
				continue
			}
			results[i].values = append(results[i].values, value)
		}
	}
	fmt.Fprint(progress, "\r\x1b[K")
	return results
}

// write prints the results as a table. The ratio compares rseqstep with the contender;
// it is above 1 if rseqstep is better.
func (c contest) write(w io.Writer, results []result) error {
	fmt.Fprintf(w, "%s\n", c.title)
	if c.target != "" {
		fmt.Fprintf(w, "  wanted: %s\n", c.target)
	}
	table := tabwriter.NewWriter(w, 0, 0, 2, ' ', tabwriter.AlignRight)
	fmt.Fprintln(table, "contender\tmedian\tlowest\thighest\t\tours is better by\t")
	for i, r := range results {
		if r.err != nil {
			fmt.Fprintf(table, "%s\t\t\t\t\t\t  %v\n", r.name, r.err)
			continue
		}
		fmt.Fprintf(table, "%s\t%s\t%s\t%s\t%s\t%s\t\n", r.name, figure(median(r.values)), figure(slices.Min(r.values)), figure(slices.Max(r.values)), c.unit, c.ratio(results[0], r, i))
	}
	if err := table.Flush(); err != nil {
		return err
	}
	_, err := fmt.Fprintln(w)
	return err
}

// markdown prints the results as a section of a Markdown file.
func (c contest) markdown(w io.Writer, results []result) error {
	fmt.Fprintf(w, "## %s\n\n", c.title)
	if c.target != "" {
		fmt.Fprintf(w, "Wanted: %s.\n\n", c.target)
	}
	fmt.Fprintf(w, "| %s | median | lowest | highest | ours is better by |\n|---|---:|---:|---:|---:|\n", c.unit)
	for i, r := range results {
		if r.err != nil {
			fmt.Fprintf(w, "| %s | | | | %v |\n", r.name, r.err)
			continue
		}
		fmt.Fprintf(w, "| %s | %s | %s | %s | %s |\n", r.name, figure(median(r.values)), figure(slices.Min(r.values)), figure(slices.Max(r.values)), c.ratio(results[0], r, i))
	}
	_, err := fmt.Fprintln(w)
	return err
}

func (c contest) ratio(ours, theirs result, i int) string {
	if i == 0 || ours.err != nil {
		return ""
	}
	better, worse := median(ours.values), median(theirs.values)
	if !c.moreIsGood {
		better, worse = worse, better
	}
	if better == 0 || worse == 0 {
		return "" // counts of zero have no ratio
	}
	return fmt.Sprintf("%.2f ×", better/worse)
}

func figure(v float64) string {
	if v >= 1000 {
		return fmt.Sprintf("%.0f", v)
	}
	return fmt.Sprintf("%.1f", v)
}
