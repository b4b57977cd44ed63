package docs

import (
	"regexp"
	"strings"
)

// varying matches what differs from run to run: addresses, process ids, times.
var varying = regexp.MustCompile(`0x[0-9a-f]+|\b[0-9]{4,}\b|…`)

// entry matches what main's arguments were at its entry. Debuggers know that only where the debug
// information of the C library is installed.
var entry = regexp.MustCompile(`(\w+)=\w+@entry=`)

// pattern returns the regular expression that a line of a page stands for. White space
// matches any white space: a table's columns move with its addresses.
func pattern(line string) *regexp.Regexp {
	var b strings.Builder
	rest := strings.TrimSpace(line)
	for {
		at := varying.FindStringIndex(rest)
		if at == nil {
			break
		}
		b.WriteString(quote(rest[:at[0]]))
		switch found := rest[at[0]:at[1]]; {
		case found == "…":
			b.WriteString(".*")
		case strings.HasPrefix(found, "0x"):
			b.WriteString("0x[0-9a-f]+")
		default:
			b.WriteString("[0-9]+")
		}
		rest = rest[at[1]:]
	}
	b.WriteString(quote(rest))
	return regexp.MustCompile(b.String())
}

func quote(text string) string {
	return regexp.MustCompile(`\s+`).ReplaceAllString(regexp.QuoteMeta(text), `\s+`)
}

// Missing returns the first line of want that does not occur in got, in order, and
// whether there is one.
func Missing(want []string, got string) (string, bool) {
	lines := strings.Split(entry.ReplaceAllString(got, "$1="), "\n")
	at := 0
	for _, w := range want {
		p := pattern(w)
		for at < len(lines) && !p.MatchString(lines[at]) {
			at++
		}
		if at == len(lines) {
			return w, true
		}
		at++
	}
	return "", false
}
