package prompt

import (
	"sort"
	"strings"
)

// Completions returns what the Tab key offers at the end of line: head is the part of
// line that stays, candidates are the possible continuations.
func (in *Interp) Completions(line string) (head string, candidates []string) {
	reg, rest, done := in.Commands, strings.TrimLeft(line, " \t"), ""
	done = line[:len(line)-len(rest)]
	for {
		word, args := Split(rest)
		if rest == word { // still typing the name
			return done, reg.Names(word)
		}
		cmd, err := reg.Find(word)
		if err != nil {
			return line, nil
		}
		after := strings.TrimLeft(rest[len(word):], " \t")
		done += rest[:len(rest)-len(after)]
		rest = after
		if cmd.Subs != nil {
			sub, _ := Split(rest)
			if rest == sub || cmd.Run == nil {
				if names := cmd.Subs.Names(sub); len(names) > 0 || cmd.Complete == nil {
					if rest == sub {
						return done, names
					}
				}
			}
			if _, err := cmd.Subs.Find(sub); err == nil {
				reg = cmd.Subs
				continue
			}
		}
		if cmd.Complete == nil {
			return line, nil
		}
		last := lastWord(rest)
		return done + rest[:len(rest)-len(last)], withPrefix(cmd.Complete(args), last, cmd.Ranked)
	}
}

// lastWord returns the word being typed: the text after the last byte that separates
// words in an expression or a location.
func lastWord(s string) string {
	return s[strings.LastIndexAny(s, " \t(*&,=+-!<>[")+1:]
}

func withPrefix(words []string, prefix string, ranked bool) []string {
	seen := map[string]bool{}
	var out []string
	for _, w := range words {
		if strings.HasPrefix(w, prefix) && !seen[w] {
			seen[w] = true
			out = append(out, w)
		}
	}
	if !ranked {
		sort.Strings(out)
	}
	return out
}
