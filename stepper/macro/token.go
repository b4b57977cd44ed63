package macro

import "strings"

// token is a preprocessing token (C17, 6.4).
type token struct {
	text  string
	space bool     // white space is before it
	hide  []string // macros that are not expanded again in it (6.10.3.4)
	bound bool     // it is a name that will never be expanded
}

func (t token) isName() bool { return t.text != "" && isWord(t.text[0]) && !isDigit(t.text[0]) }

func isDigit(c byte) bool { return c >= '0' && c <= '9' }

func isWord(c byte) bool {
	return c == '_' || isDigit(c) || c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z' || c >= 0x80
}

// tokens takes text apart. The debugger's own names ($x) are tokens too.
func tokens(text string) (list []token) {
	space := false
	for i := 0; i < len(text); {
		if c := text[i]; c == ' ' || c == '\t' || c == '\n' {
			space = true
			i++
			continue
		}
		n := tokenEnd(text, i)
		list = append(list, token{text: text[i:n], space: space})
		space, i = false, n
	}
	return list
}

// tokenEnd is where the token that begins at i ends.
func tokenEnd(text string, i int) int {
	n := i + 1
	switch c := text[i]; {
	case c == '$' || isWord(c) && !isDigit(c):
		for n < len(text) && (isWord(text[n]) || text[n] == '$') {
			n++
		}
		if n < len(text) && (text[n] == '"' || text[n] == '\'') && prefix(text[i:n]) {
			return stringEnd(text, n)
		}
	case isDigit(c) || c == '.' && n < len(text) && isDigit(text[n]):
		for n < len(text) && (isWord(text[n]) || text[n] == '.' || (text[n] == '+' || text[n] == '-') && strings.IndexByte("eEpP", text[n-1]) >= 0) {
			n++
		}
	case c == '"' || c == '\'':
		return stringEnd(text, i)
	case n < len(text) && strings.Contains(" ## :: -> ++ -- << >> <= >= == != && || += -= *= /= %= &= |= ^= ", " "+text[i:n+1]+" "):
		n++
	case strings.HasPrefix(text[i:], "..."):
		n += 2
	}
	return n
}

// prefix reports whether a word before a quote belongs to the literal.
func prefix(word string) bool {
	switch word {
	case "L", "u", "U", "u8":
		return true
	}
	return false
}

// stringEnd is where the literal whose quote is at i ends; the end of the text if it is open.
func stringEnd(text string, i int) int {
	for n := i + 1; n < len(text); n++ {
		switch text[n] {
		case '\\':
			n++
		case text[i]:
			return n + 1
		}
	}
	return len(text)
}

// join is the text of tokens. Two that would read as one are kept apart.
func join(list []token) string {
	var b strings.Builder
	for i, t := range list {
		if i > 0 && (t.space || tokenEnd(list[i-1].text+t.text, 0) != len(list[i-1].text)) {
			b.WriteByte(' ')
		}
		b.WriteString(t.text)
	}
	return b.String()
}
