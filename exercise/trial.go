package exercise

import "context"

// tries is how often a trial is repeated until the program counts as not failing: a failure may
// depend on what else the machine does.
const tries = 3

// blames is how many failures blame one boundary alone: meanwhile the kernel may abort the section
// somewhere else, as it does on a busy machine.
const blames = 2

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
		left, needed := tries, 1
		switch len(only) {
		case 0:
			left = 1
		case 1:
			needed = blames
		}
		for ; left > 0; left-- {
			r, err := again.Run(ctx, limited, &Coverage{})
			if err != nil {
				return false, err
			}
			if r.Interrupted {
				return false, context.Cause(ctx)
			}
			if !r.Failed() {
				continue
			}
			if needed--; needed == 0 {
				return true, nil
			}
			left = tries + 1
		}
		return false, nil
	})
}
