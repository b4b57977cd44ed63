package prompt

import (
	"slices"
	"sort"
	"strings"
)

// meant are commands of rseqstep for words that other debuggers have, or that say the same.
func meant(word string) []string {
	switch word {
	case "bp", "b/p", "stop", "breakpoint", "bpoint", "trap":
		return []string{"break"}
	case "breakpoints", "bl", "points":
		return []string{"info breakpoints"}
	case "over", "stepover", "step-over":
		return []string{"next"}
	case "into", "stepin", "step-in", "stepinto":
		return []string{"step"}
	case "stepout", "step-out":
		return []string{"finish"}
	case "go", "g", "resume", "proceed":
		return []string{"continue", "run"}
	case "restart", "launch", "relaunch":
		return []string{"run", "start"}
	case "stack", "callstack", "calls", "trace", "stacktrace":
		return []string{"backtrace"}
	case "locals", "vars", "variables":
		return []string{"info locals", "info args", "print"}
	case "args", "arguments":
		return []string{"info args", "set args"}
	case "threads":
		return []string{"info threads", "thread apply all"}
	case "regs", "registers", "register":
		return []string{"info registers"}
	case "memory", "mem", "dump", "examinemem", "examine":
		return []string{"x"}
	case "libs", "libraries", "modules", "images", "image":
		return []string{"info sharedlibrary"}
	case "sections", "sequences", "aborts", "commits":
		return []string{"info rseq"}
	case "sources":
		return []string{"info source", "list"}
	case "evaluate", "expr":
		return []string{"print", "call"}
	case "type", "types":
		return []string{"ptype", "whatis"}
	case "frames":
		return []string{"backtrace", "frame"}
	case "process":
		return []string{"info proc", "attach"}
	case "env", "environment":
		return []string{"show environment", "set environment"}
	case "bye", "close", "logout", "end":
		return []string{"quit"}
	case "man", "?", "usage", "commands-list":
		return []string{"help"}
	case "syms", "symbols":
		return []string{"info functions", "info symbol"}
	case "functions", "funcs":
		return []string{"info functions"}
	}
	return nil
}

// mostSuggested is how many commands an error suggests.
const mostSuggested = 3

// nearest returns the commands that a word may mean: those of the same sense, those that it
// is spelled almost like, and those that it is a part of. A word that is nothing of this gets
// no suggestion, because a wrong one is worse.
func (r *Registry) nearest(word string) (out []string) {
	add := func(name string) {
		if !slices.Contains(out, name) && len(out) < mostSuggested {
			out = append(out, name)
		}
	}
	full := func(name string) string { return strings.TrimSpace(r.Context + " " + name) }
	if r.Context == "" {
		for _, line := range meant(strings.ToLower(word)) {
			add(line)
		}
	}
	for _, name := range r.alike(strings.ToLower(word)) {
		add(full(name))
	}
	const least = 4 // letters that are more than a coincidence
	if len(word) >= least {
		for _, c := range r.Commands() {
			if strings.Contains(c.Name, word) {
				add(full(c.Name))
			}
		}
		if r.Context == "" { // the word after `info`, `set` or `show`
			for _, group := range []string{"info", "set", "show"} {
				c := r.exact[group]
				if c == nil || c.Subs == nil {
					continue
				}
				for _, sub := range c.Subs.Commands() {
					if strings.HasPrefix(sub.Name, word) {
						add(group + " " + sub.Name)
					}
				}
			}
		}
	}
	return out
}

// Nearest returns the name that a word may be a misspelling of, "" for none.
func Nearest(word string, names []string) string {
	best, most := "", max(1, len(word)/3)
	for _, name := range names {
		if d := distance(strings.ToLower(word), strings.ToLower(name)); d <= most && (best == "" || d < most) {
			best, most = name, d
		}
	}
	return best
}

// alike returns the names that differ from a word by no more than typing errors, the nearest
// first: one letter in a word of up to 4, two in one of up to 7, a third of a longer one's.
func (r *Registry) alike(word string) (names []string) {
	most := max(1, len(word)/3)
	if len(word) <= 4 {
		most = 1
	}
	best := map[string]int{}
	for _, c := range r.Commands() {
		for _, name := range append([]string{c.Name}, c.Aliases...) {
			d := distance(word, name)
			if was, ok := best[c.Name]; d <= most && len(name) > 2 && (!ok || d < was) {
				best[c.Name] = d
			}
		}
	}
	for name := range best {
		names = append(names, name)
	}
	sort.Slice(names, func(i, j int) bool {
		a, b := names[i], names[j]
		return best[a] < best[b] || best[a] == best[b] && a < b
	})
	return names
}
