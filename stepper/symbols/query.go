package symbols

import (
	"bytes"
	"strconv"
	"strings"
)

// query is a function name given by the user: "main", "ns::f", "f(int)",
// "A<int>::g", "~A", "runtime.nanotime1". It matches every function whose
// qualified name ends with it at the start of a component, as in gdb: "f"
// matches ns::f too. Without parameters or template arguments it matches
// functions with any; "::f" matches only the global f. A Go name may omit its
// package's path or its whole package: "http.Get", "(*T).Add".
type query struct {
	given     string // as the user wrote it
	text      string
	global    bool // began with "::"
	params    bool
	templates bool
	ident     string // last identifier, "" if the last component is an operator
}

func newQuery(text string) *query {
	q := &query{given: text, text: turbofish(squeeze(text))}
	if strings.HasPrefix(q.text, "::") {
		q.global, q.text = true, q.text[2:]
	}
	bare := strings.ReplaceAll(strings.ReplaceAll(q.text, "(anonymous namespace)", "{anonymous}"), "operator()", "operator")
	if i := strings.IndexByte(bare, '('); i >= 0 && !strings.Contains(bare, "(*") || i > 0 && bare[i-1] != '.' {
		q.params, bare = true, bare[:i]
	}
	q.templates = stripTemplates(bare) != bare
	last := lastComponent(stripTemplates(bare))
	if !strings.HasPrefix(last, "operator") {
		q.ident = strings.TrimPrefix(last, "~")
	}
	return q
}

// exact is the query in the form of a symbol.
func (q *query) exact() string { return q.text }

// likes is a cheap test for mangled names that are worth demangling: those that
// contain the query's last identifier in the Itanium and Rust form, preceded by
// its length. Nil if no mangled name can match.
func (q *query) likes() func(name []byte) bool {
	if q.text == "" {
		return nil
	}
	if q.ident == "" {
		return func(name []byte) bool { return len(name) > 2 && name[0] == '_' && name[1] == 'Z' }
	}
	needle := []byte(strconv.Itoa(len(q.ident)) + q.ident)
	return func(name []byte) bool {
		return len(name) > len(needle) && name[0] == '_' && (name[1] == 'Z' || name[1] == 'R') && bytes.Contains(name, needle)
	}
}

// matchesSymbol reports whether the query matches a symbol.
func (q *query) matchesSymbol(symbol string) bool {
	if symbol == q.text {
		return true
	}
	if !mangled(symbol) || strings.Contains(symbol, ".cold") {
		return false
	}
	return q.matches(&funcName{short: plain(symbol), linkage: symbol})
}

// matches reports whether the query matches a function.
func (q *query) matches(n *funcName) bool {
	if n.linkage == q.text || n.short == q.text {
		return true
	}
	if n.rust && mangled(n.linkage) && q.matches(&funcName{short: plain(n.linkage), linkage: n.linkage}) {
		return true // "<T as Trait>::f", which DWARF calls "{impl#0}::f"
	}
	name := n.short
	if q.params {
		name = n.full()
		// A template's demangled name begins with its return type.
		if i := returnTypeEnd(name); i > 0 && !strings.Contains(q.text, " ") {
			name = name[i:]
		}
	}
	name = squeeze(name)
	if strings.HasPrefix(n.linkage, "_R") {
		name = inherent(turbofish(name))
	}
	if !strings.Contains(q.text, "[") {
		name = stripTags(name)
	}
	if !q.templates {
		if q.params {
			head, tail := splitParams(name)
			name = stripTemplates(head) + tail
		} else {
			name = stripTemplates(name)
		}
	}
	if i := strings.IndexByte(name, '['); n.goLang && i > 0 && !strings.Contains(q.text, "[") {
		name = name[:i] // type arguments; what follows them is a closure's number
	}
	if name == q.text {
		return true
	}
	if q.global {
		return false
	}
	head, ok := strings.CutSuffix(name, q.text)
	return ok && (strings.HasSuffix(head, "::") || n.goLang && (strings.HasSuffix(head, ".") || strings.HasSuffix(head, "/")))
}

// turbofish removes the "::" before generic arguments, which Rust has in expressions and in the
// symbols of its v0 mangling. GCC's "f()::<lambda()>" stays.
func turbofish(s string) string {
	if !strings.Contains(s, "::<") || strings.Contains(s, "::<lambda") || strings.Contains(s, "::<unnamed") {
		return s
	}
	return strings.ReplaceAll(s, "::<", "<")
}

// inherent is the name of a method in v0 mangling, "<T>::f", as the other one and users have it, "T::f".
func inherent(s string) string {
	for depth, i := 0, 0; i < len(s) && s[0] == '<'; i++ {
		switch {
		case s[i] == '<':
			depth++
		case s[i] == '>' && s[i-1] != '-':
			if depth--; depth == 0 {
				if strings.Contains(s[:i], " as ") {
					return s
				}
				return s[1:i] + s[i+1:]
			}
		}
	}
	return s
}

// lastComponent is the text after the last "::".
func lastComponent(s string) string {
	if i := strings.LastIndex(s, "::"); i >= 0 {
		return s[i+2:]
	}
	return s
}

// squeeze removes blanks that do not separate two words.
func squeeze(s string) string {
	if !strings.Contains(s, " ") {
		return s
	}
	var b strings.Builder
	for i := 0; i < len(s); i++ {
		if s[i] == ' ' && (i == 0 || i+1 == len(s) || !wordByte(s[i-1]) || !wordByte(s[i+1])) && !strings.HasPrefix(s[i:], " namespace)") {
			continue
		}
		b.WriteByte(s[i])
	}
	return b.String()
}

func wordByte(c byte) bool {
	return c == '_' || c == '$' || c >= '0' && c <= '9' || c >= 'A' && c <= 'Z' || c >= 'a' && c <= 'z' || c >= 0x80
}

// stripTemplates removes template arguments, but not from operator<,
// operator<<, operator<=>, operator-> and the like.
func stripTemplates(s string) string {
	if !strings.Contains(s, "<") {
		return s
	}
	var b strings.Builder
	depth := 0
	for i := 0; i < len(s); i++ {
		if depth == 0 && strings.HasPrefix(s[i:], "operator") {
			n := i + len("operator")
			n += symbolic(s[n:])
			b.WriteString(s[i:n])
			i = n - 1
			continue
		}
		switch {
		case s[i] == '<':
			depth++
		case s[i] == '>' && depth > 0 && s[i-1] != '-':
			depth--
		case depth == 0:
			b.WriteByte(s[i])
		}
	}
	return b.String()
}

// symbolic is the length of an operator at the start of s that contains angle
// brackets.
func symbolic(s string) int {
	for _, op := range [...]string{"<=>", "<<=", ">>=", "->*", "<<", ">>", "<=", ">=", "->", "<", ">"} {
		if strings.HasPrefix(s, op) {
			return len(op)
		}
	}
	return 0
}

// stripTags removes ABI tags: "f[abi:cxx11]".
func stripTags(s string) string {
	for {
		i := strings.Index(s, "[abi:")
		if i < 0 {
			return s
		}
		j := strings.IndexByte(s[i:], ']')
		if j < 0 {
			return s
		}
		s = s[:i] + s[i+j+1:]
	}
}

// splitParams splits a demangled name before its parameter list.
func splitParams(s string) (head, tail string) {
	depth := 0
	for i := len(s) - 1; i >= 0; i-- {
		switch s[i] {
		case ')':
			depth++
		case '(':
			if depth--; depth == 0 && !strings.HasPrefix(s[i:], "(anonymous namespace)") {
				return s[:i], s[i:]
			}
		}
	}
	return s, ""
}

// returnTypeEnd is the end of a demangled template function's return type and
// the blank after it, 0 if it has none.
func returnTypeEnd(s string) int {
	head, _ := splitParams(s)
	depth, end := 0, 0
	for i := 0; i < len(head); i++ {
		switch head[i] {
		case '<', '(':
			depth++
		case '>', ')':
			depth--
		case ' ':
			if depth == 0 && !strings.HasSuffix(head[:i], "operator") {
				end = i + 1
			}
		}
	}
	return end
}
