package exercise

import "context"

// tries is how often a trial is repeated until the program counts as not failing: a failure may
// depend on what else the machine does.
const tries = 3

// Bisect runs the program again, with the same options, until it knows which boundaries make it
// fail (Bisect).
func (p *Program) Bisect(ctx context.Context, o Options, r *Result, told func(trial int, some []*Boundary)) (*Culprit, error) {
	again := *p
	again.Quietly = true
	trials := 0
	last := r.Last
	if r.Unprotected != nil {
		// The breakpoint at which the thread was aborted must still be there when it comes again.
		last, o.Times, o.Seed = r.Unprotected, max(o.Times, 2), 0
	}
	return Bisect(r.Order, last, func(only []*Boundary) (bool, error) {
		if trials++; told != nil {
			told(trials, only)
		}
		keys := map[Key]bool{}
		for _, b := range only {
			keys[b.Key()] = true
		}
		limited := o
		limited.Only = func(b *Boundary) bool { return keys[b.Key()] }
		for n := range tries {
			if n > 0 && len(only) == 0 {
				break
			}
			r, err := again.Run(ctx, limited, &Coverage{})
			if err != nil {
				return false, err
			}
			if r.Interrupted {
				return false, context.Cause(ctx)
			}
			if r.Failed() {
				return true, nil
			}
		}
		return false, nil
	})
}
