package watch

import (
	"fmt"

	"rseqstep/check"
)

// conclusions are what the user asks first, a sentence each.
func conclusions(seen *Seen, r *check.Report) []string {
	list := append([]string{debugMode(r)}, registrants(seen)...)
	if n := seen.Unwatched; n > 0 {
		list = append(list, fmt.Sprintf("The code of %d of %d sections does not show where they are entered; entering them was not watched.", n, seen.Declared))
	}
	if seen.Threads > 1 {
		list = append(list, "Stores to another thread's area were looked for in samples.")
	}
	if n := seen.Unregistered; n > 0 && seen.Alive > 0 && !seen.Ended {
		list = append(list, fmt.Sprintf("%d of the %d threads at the end had registered no area.", n, seen.Alive))
	}
	if n := seen.Children; n > 0 {
		list = append(list, fmt.Sprintf("It created %d %s, which ran unwatched.", n, plural(n, "process", "processes")))
	}
	switch {
	case seen.Ended && seen.Status.Signaled:
		list = append(list, fmt.Sprintf("The program was killed by signal %d.", seen.Status.Signal))
	case seen.Ended:
		list = append(list, fmt.Sprintf("The program exited with status %d.", seen.Status.Code))
	default:
		list = append(list, "The program still ran when the watch ended.")
		if flood := seen.Signals.Words(seen.Time); flood != "" {
			list = append(list, flood)
		}
	}
	return list
}

func plural(n int, one, many string) string {
	if n == 1 {
		return one
	}
	return many
}

// debugMode says whether the program would run with rseq's debug mode.
func debugMode(r *check.Report) string {
	for n := range r.Findings {
		rule := r.Rule(r.Findings[n].Rule)
		for _, k := range check.AllKernels() {
			if e := rule.On[k].Effect; e == check.Debug || e == check.Killed {
				return fmt.Sprintf("With rseq's debug mode on (rseq_debug=1, Linux 6.19 and newer) the kernel would kill it: %s.", rule.Title)
			}
		}
	}
	return "Nothing was seen for which rseq's debug mode (rseq_debug=1, Linux 6.19 and newer) would kill it."
}

// registrants says who registers, and whether glibc and the program get on.
func registrants(seen *Seen) (list []string) {
	var glibc, own, refused *Call
	program := 0 // the last one that registered
	for _, g := range seen.Registrations {
		program = max(program, g.Program)
	}
	for _, c := range seen.Calls {
		switch {
		case c.Name != "rseq" || c.Flags&unregisters != 0 || c.Program != program:
		case c.Result < 0 && c.Before.Registered() && !c.Glibc:
			refused = first(refused, c)
		case c.Result < 0:
		case c.Glibc:
			glibc = first(glibc, c)
		default:
			own = first(own, c)
		}
	}
	if early := firstRegistration(seen); glibc == nil && own == nil && early != nil {
		whose := "An area"
		if early.Glibc {
			whose = "glibc's area"
		}
		list = append(list, fmt.Sprintf("%s was registered before the watch began, or by a call that was not seen: %s.", whose, size(uint64(early.Config.Size))))
	}
	if glibc != nil {
		list = append(list, fmt.Sprintf("glibc registers the threads' areas: %s.", size(glibc.Length)))
	}
	if own != nil {
		list = append(list, fmt.Sprintf("%s registers areas of its own: %s.", own.Who, size(own.Length)))
	}
	switch {
	case refused != nil && refused.Before.Area != refused.Area:
		list = append(list, fmt.Sprintf("glibc and the program do not get on: glibc has registered the thread first, and %s is refused with %s. With "+
			"GLIBC_TUNABLES=glibc.pthread.rseq=0 the program can register.", refused.Who, errno(refused.Result)))
	case glibc != nil && own == nil && refused == nil:
		list = append(list, "glibc and the program get on: nothing else registers.")
	case glibc == nil && own != nil:
		list = append(list, "glibc and the program get on: glibc registers nothing.")
	}
	return list
}

func first(have, c *Call) *Call {
	if have != nil {
		return have
	}
	return c
}

func firstRegistration(seen *Seen) *Registration {
	for _, g := range seen.Registrations {
		return g
	}
	return nil
}

// size says what a registration's size means.
func size(n uint64) string {
	if n <= smallest {
		return fmt.Sprintf("%d bytes, legacy mode on Linux 7.1 and newer", n)
	}
	return fmt.Sprintf("%d bytes, optimized on Linux 7.1 and newer", n)
}
