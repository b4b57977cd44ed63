package expr

import (
	"math/big"
	"strconv"
	"strings"
	"unicode"
	"unicode/utf8"
)

type tokenKind int

const (
	tokEnd    tokenKind = iota
	tokName             // text: an identifier, or the text between single quotes
	tokNumber           // node
	tokString           // node
	tokDollar           // text: "$", "$$", "$1", "$$2", "$name"
	tokOp               // text
)

type token struct {
	kind   tokenKind
	text   string
	node   node
	at     int  // start offset
	quoted bool // tokName: it was between single quotes
}

// operators, the longer ones first.
var operatorTexts = [...]string{"<<=", ">>=", "->*", ".*", "->", "++", "--", "<<", ">>", "<=", ">=", "==", "!=", "&&", "||", "::",
	"+=", "-=", "*=", "/=", "%=", "&=", "|=", "^=", "...",
	"+", "-", "*", "/", "%", "&", "|", "^", "~", "!", "<", ">", "=", "?", ":", ";", ",", ".", "(", ")", "[", "]", "{", "}", "@"}

type lexer struct {
	text string
	at   int
	rust bool // Rust's tokens
	dot  bool // Rust: a field's name or number follows
}

func letter(r rune) bool { return r == '_' || unicode.IsLetter(r) || r == '·' }

// next reads the next token.
func (l *lexer) next() (token, error) {
	for l.at < len(l.text) && strings.IndexByte(" \t\n\r", l.text[l.at]) >= 0 {
		l.at++
	}
	t := token{at: l.at}
	rest := l.text[l.at:]
	if rest == "" {
		return t, nil
	}
	c := rest[0]
	field := l.dot
	if l.dot = l.rust && c == '.' && !strings.HasPrefix(rest, ".."); l.rust {
		if rest, ok, err := l.rustToken(t, field); ok {
			return rest, err
		}
	}
	first, _ := utf8.DecodeRuneInString(rest)
	switch {
	case c >= '0' && c <= '9' || c == '.' && len(rest) > 1 && rest[1] >= '0' && rest[1] <= '9':
		return l.number(t)
	case c == '"':
		return l.str(t, 0)
	case c == '\'':
		return l.quote(t, 0)
	case strings.IndexByte("LuU", c) >= 0 && len(rest) > 1 && (rest[1] == '"' || rest[1] == '\''):
		l.at++
		if rest[1] == '"' {
			return l.str(t, c)
		}
		return l.quote(t, c)
	case c == '$':
		t.kind, t.text = tokDollar, "$"+l.word(l.at+1)
		if strings.HasPrefix(rest, "$$") {
			t.text = "$$" + l.word(l.at+2)
		}
		l.at += len(t.text)
		return t, nil
	case letter(first):
		t.kind, t.text = tokName, l.word(l.at)
		if l.at += len(t.text); l.word(l.at+1) == "entry" && l.text[l.at] == '@' {
			t.text += atEntry
			l.at += len(atEntry)
		}
		return t, nil
	}
	for _, op := range operatorTexts {
		if strings.HasPrefix(rest, op) && !(l.rust && (op == "++" || op == "--" || op == "->*" || op == ".*")) {
			t.kind, t.text = tokOp, op
			l.at += len(op)
			return t, nil
		}
	}
	return t, sentence("Invalid character '%c' in expression.", first)
}

// word is the run of letters and digits that starts at at.
func (l *lexer) word(at int) string {
	rest := l.text[min(at, len(l.text)):]
	n := strings.IndexFunc(rest, func(r rune) bool { return !letter(r) && !unicode.IsDigit(r) })
	if n < 0 {
		return rest
	}
	return rest[:n]
}

func (l *lexer) number(t token) (token, error) {
	rest := l.text[l.at:]
	hex := strings.HasPrefix(rest, "0x") || strings.HasPrefix(rest, "0X")
	n := 0
	for n < len(rest) {
		c := rest[n]
		sign := n > 0 && (c == '+' || c == '-')
		prev := byte(0)
		if n > 0 {
			prev = rest[n-1] | 0x20
		}
		if sign && (prev == 'e' && !hex || prev == 'p' && hex) {
			n++
			continue
		}
		if c != '.' && c != '_' && !(c >= '0' && c <= '9') && !(c|0x20 >= 'a' && c|0x20 <= 'z') {
			break
		}
		n++
	}
	text := rest[:n]
	l.at += n
	t.kind, t.text = tokNumber, text
	var err error
	t.node, err = parseNumber(text)
	return t, err
}

// parseNumber reads a C number: an integer with its base and suffix, or
// floating point.
func parseNumber(text string) (node, error) {
	bad := sentence("Invalid number \"%s\".", text)
	low := strings.ToLower(text)
	hex := strings.HasPrefix(low, "0x")
	if strings.ContainsAny(low, "_") {
		return nil, bad
	}
	if strings.Contains(low, ".") || !hex && strings.Contains(low, "e") && !strings.HasPrefix(low, "0b") || hex && strings.Contains(low, "p") {
		kind, digits := "double", low
		switch {
		case strings.HasSuffix(low, "l"):
			kind, digits = "long double", low[:len(low)-1]
		case strings.HasSuffix(low, "f") && (!hex || strings.Contains(low, "p")):
			kind, digits = "float", low[:len(low)-1]
		}
		wide, _, err := big.ParseFloat(digits, 0, 64, big.ToNearestEven)
		wider, _, _ := big.ParseFloat(digits, 0, 113, big.ToNearestEven)
		f, err2 := strconv.ParseFloat(digits, 64)
		if err != nil && err2 != nil && !strings.Contains(err2.Error(), "range") {
			return nil, bad
		}
		return floatNode{f, wide, wider, kind}, nil
	}
	digits := strings.TrimRight(low, "ul")
	suffix := low[len(digits):]
	switch suffix {
	case "", "u", "l", "ul", "lu", "ll", "ull", "llu":
	default:
		return nil, bad
	}
	base := 10
	switch {
	case hex:
		base, digits = 16, digits[2:]
	case strings.HasPrefix(digits, "0b"):
		base, digits = 2, digits[2:]
	case len(digits) > 1 && digits[0] == '0':
		base, digits = 8, digits[1:]
	}
	n, ok := new(big.Int).SetString(digits, base)
	if !ok || n.Sign() < 0 {
		return nil, bad
	}
	kind, ok := integerType(n, base, suffix)
	if !ok {
		return nil, sentence("Numeric constant too large.")
	}
	return intNode{n, kind}, nil
}

// integerType picks the type of an integer constant (C11, 6.4.4.1).
func integerType(n *big.Int, base int, suffix string) (string, bool) {
	unsigned := strings.Contains(suffix, "u")
	ls := strings.Count(suffix, "l")
	for _, c := range []struct {
		name     string
		bits, ls int
		unsigned bool
	}{{"int", 31, 0, false}, {"unsigned int", 32, 0, true}, {"long", 63, 2, false}, {"unsigned long", 64, 2, true}} {
		if n.BitLen() > c.bits || ls > c.ls || unsigned && !c.unsigned {
			continue
		}
		// A decimal constant without "u" never becomes unsigned, except for the
		// largest ones, for which gdb is more generous than C.
		if c.unsigned && !unsigned && base == 10 && c.bits < 64 {
			continue
		}
		if ls == 2 {
			return strings.Replace(c.name, "long", "long long", 1), true
		}
		return c.name, true
	}
	return "", false
}
