package main

import (
	"regexp"
	"slices"
	"strings"
)

// verdict is the result of a comparison.
type verdict int

const (
	same    verdict = iota
	missing         // rseqstep has no value, gdb has one
	more            // gdb has no value, rseqstep has one
	known           // gdb is wrong, or the two differ on purpose: see known.go
	fault           // the values differ
)

func (v verdict) String() string {
	return [...]string{"same", "missing", "more", "known", "FAULT"}[v]
}

// comparison is one command with both answers.
type comparison struct {
	command   string
	gdb, ours string // as they were compared
	verdict   verdict
	why       string // known: the reason
}

// compare judges one answer.
func compare(command, theirs, ours string) comparison {
	word, _, _ := strings.Cut(command, " ")
	word, _, _ = strings.Cut(word, "/")
	c := comparison{command: command, gdb: plain(theirs), ours: plain(ours)}
	if command == "print $_" { // the type of the last unit of "x" is not compared
		c.gdb, c.ours = pointerType.ReplaceAllString(c.gdb, "$$ = "), pointerType.ReplaceAllString(c.ours, "$$ = ")
	}
	if _, g, ok := strings.Cut(c.gdb, "Value returned is "); ok && word == "finish" {
		if _, o, ok := strings.Cut(c.ours, "Value returned is "); ok { // where a call inlined next to it begins is a matter of taste
			c.gdb, c.ours = g, o
		}
	}
	if word == "ptype" {
		c.gdb, c.ours = blank.ReplaceAllString(c.gdb, "\n"), blank.ReplaceAllString(c.ours, "\n")
	}
	if word == "x" { // gdb's labels are not demangled there
		c.gdb, c.ours = label.ReplaceAllString(c.gdb, ":"), label.ReplaceAllString(c.ours, ":")
	}
	if c.gdb == c.ours {
		return c
	}
	if strings.HasPrefix(c.gdb, "$ = ") && negativeZero.ReplaceAllString(c.ours, "${1}0${2}") == c.gdb {
		c.verdict, c.why = known, "gdb's -0.0 is 0 - 0.0, which is 0"
		return c
	}
	if why := knownDifference(command, c.gdb, c.ours); why != "" {
		c.verdict, c.why = known, why
		return c
	}
	switch g, o := failed(word, c.gdb), failed(word, c.ours); {
	case g && o:
	case o:
		c.verdict = missing
	case g:
		c.verdict = more
	case within(c.ours, c.gdb):
		c.verdict = missing
	case within(c.gdb, c.ours):
		c.verdict = more
	case word == "info" || word == "bt":
		c.verdict = byLine(c.gdb, c.ours)
	default:
		c.verdict = fault
	}
	return c
}

// replacements make two answers alike where they differ only in form.
var replacements = []struct {
	from *regexp.Regexp
	to   string
}{
	{regexp.MustCompile(`(?m)^(Starting program: .*|\[Thread debugging.*|Using host libthread.*|Continuing\.|Run till exit.*|\(More stack frames.*|note: .*)\n?`), ""},
	{regexp.MustCompile(`(?m)^#\d+ +\S+ in (__libc_start\S*|_start|main) .*\n?`), ""}, // we unwind past main
	{regexp.MustCompile(`(?m)^#\d+ +(__libc_start\S*|_start|main) .*\n?`), ""},
	{regexp.MustCompile(`(?m)^(Temporary b|B)reakpoint (\d+)(\.\d+)?`), "${1}reakpoint $2"},
	{regexp.MustCompile(`(reakpoint \d+) at 0x[0-9a-f]+:`), "$1:"}, // gdb keeps the addresses of a program that has ended
	{regexp.MustCompile(`\$\d+ = `), "$$ = "},
	{regexp.MustCompile(`\b(at|file) \S*/([\w.]+[:,])`), "$1 $2"},
	{regexp.MustCompile(`\.(constprop|isra|part)(\.\d+)?`), ""},
	{regexp.MustCompile(`\[abi:\w+\](\(\))?`), ""}, // gdb takes clang's name of the function with the parameters
	{regexp.MustCompile(`process \d+`), "process N"},
	{regexp.MustCompile(`<([\w:~ ]+)\([^<>]*\)( const)?(\+\d+)?>`), "<$1$3>"}, // <f(int)>: parameters of a symbol
	{regexp.MustCompile(`(?m)^\s*(public|protected|private):\n`), ""},         // gdb's labels in ptype depend on more than the access
	{regexp.MustCompile(` in section \S+( of)?`), " in"},
	{regexp.MustCompile(`(?m)^Note: breakpoints? .*\n`), ""},
	{regexp.MustCompile(`[ \t]+`), " "},
}

var pointerType = regexp.MustCompile(`^\$ = \([^)]*\) `)

var negativeZero = regexp.MustCompile(`([ {])-0([,}]|$)`)

// blank is an empty line; gdb has none before methods if a label is there.
var blank = regexp.MustCompile(`\n\s*\n`)

// label is the symbol of an address in the answer of "x".
var label = regexp.MustCompile(`(?m) <.*>:`)

// plain is an answer in the form in which it is compared.
func plain(s string) string {
	for _, r := range replacements {
		s = r.from.ReplaceAllString(s, r.to)
	}
	return strings.TrimSpace(s)
}

// failed reports whether an answer is an error, that is, lacks what the command's answer has.
func failed(word, answer string) bool {
	switch word {
	case "print", "p", "call":
		return !strings.HasPrefix(answer, "$ = ") && answer != "" || strings.HasPrefix(answer, "$ = <error: ") ||
			answer == "$ = <optimized out>" || strings.HasSuffix(answer, "<not saved>")
	case "ptype", "whatis":
		return !strings.HasPrefix(answer, "type = ")
	case "x":
		return !strings.HasPrefix(answer, "0x")
	case "set":
		return answer != ""
	case "bt", "continue", "up":
		return strings.HasPrefix(answer, "No stack") || strings.HasPrefix(answer, "The program is not")
	case "finish":
		return !strings.Contains(answer, "Value returned") && (strings.Contains(answer, "not meaningful") || strings.HasPrefix(answer, "No stack") || strings.HasPrefix(answer, "The program is not"))
	case "info":
		return strings.HasPrefix(answer, "No ") && !strings.HasPrefix(answer, "No locals") && !strings.HasPrefix(answer, "No arguments")
	}
	return false
}

// gap is what stands for a part that a debugger cannot show.
var gap = regexp.MustCompile(`<optimized out>|<synthetic pointer>|<not saved>|<error: [^>]*>`)

// within reports whether two answers differ only in parts that the first one does not have.
func within(a, b string) bool {
	parts := gap.Split(a, -1)
	if len(parts) == 1 {
		return false
	}
	for n := range parts {
		parts[n] = regexp.QuoteMeta(parts[n])
	}
	re, err := regexp.Compile("(?s)^" + strings.Join(parts, ".*") + "$")
	return err == nil && re.MatchString(b)
}

// byLine judges a list: each line on its own, those of variables by their names. A variable that
// one of the two does not list is missing there.
func byLine(theirs, ours string) verdict {
	g, o := withoutTwins(strings.Split(theirs, "\n")), strings.Split(ours, "\n")
	worst := same
	for len(g) > 0 || len(o) > 0 {
		switch {
		case len(g) == 0 || len(o) > 0 && !listed(g, o[0]):
			worst, o = max(worst, more), o[1:]
			continue
		case len(o) == 0 || !listed(o, g[0]):
			worst, g = max(worst, missing), g[1:]
			continue
		case g[0] == o[0]:
		case within(o[0], g[0]):
			worst = max(worst, missing)
		case within(g[0], o[0]):
			worst = max(worst, more)
		default:
			return fault
		}
		g, o = g[1:], o[1:]
	}
	return worst
}

// listed reports whether a list has a line that begins as the given one does: with the name of
// its variable, or the number of its frame.
func listed(list []string, line string) bool {
	head := func(l string) string {
		if strings.HasPrefix(l, "#") {
			l, _, _ = strings.Cut(l, " ")
			return l
		}
		name, _, ok := strings.Cut(strings.TrimSpace(l), " = ")
		if !ok {
			return l
		}
		return name
	}
	return slices.ContainsFunc(list, func(l string) bool { return head(l) == head(line) })
}

// withoutTwins removes variables that gdb lists once more as optimized out: those of an inlined
// call's blocks.
func withoutTwins(lines []string) (list []string) {
	values := map[string]bool{}
	for _, l := range lines {
		if name, value, ok := strings.Cut(l, " = "); ok && value != "<optimized out>" {
			values[strings.TrimSpace(name)] = true
		}
	}
	for _, l := range lines {
		if name, value, ok := strings.Cut(l, " = "); ok && value == "<optimized out>" && values[strings.TrimSpace(name)] {
			continue
		}
		list = append(list, l)
	}
	return list
}
