package expr

import (
	"strconv"
	"strings"
	"unicode/utf8"
)

// str reads a string literal; prefix is 0, 'L', 'u' or 'U'.
func (l *lexer) str(t token, prefix byte) (token, error) {
	runes, err := l.quotedText('"')
	if err != nil {
		return t, err
	}
	t.kind, t.node = tokString, stringNode{runes, prefix}
	return t, nil
}

// rustToken reads a token that C does not have; ok is false for others. field: it follows a ".".
func (l *lexer) rustToken(t token, field bool) (_ token, ok bool, err error) {
	rest := l.text[l.at:]
	digits := rest[:len(rest)-len(strings.TrimLeft(rest, "0123456789"))]
	switch c := rest[0]; {
	case field && digits != "":
		t.kind, t.text = tokName, digits
		l.at += len(digits)
		return t, true, nil
	case digits != "":
		t, err = l.rustNumber(t)
		return t, true, err
	case c == '\'' || strings.HasPrefix(rest, "b'"):
		prefix := byte('r')
		if c == 'b' {
			l.at++
			prefix = 'b'
		}
		if t, err = l.quote(t, prefix); err == nil && t.kind == tokNumber && prefix == 'b' && t.node.(charNode).value > 0xff {
			err = sentence("Invalid character constant.")
		}
		return t, true, err
	case strings.HasPrefix(rest, `b"`):
		l.at++
		t, err = l.str(t, 'B')
		return t, true, err
	case c == '.':
		t.kind, t.text = tokOp, "."
		if strings.HasPrefix(rest, "..") {
			t.text = ".."
		}
		l.at += len(t.text)
		return t, true, nil
	case strings.IndexByte("LuU", c) >= 0:
		t.kind, t.text = tokName, l.word(l.at)
		l.at += len(t.text)
		return t, true, nil
	}
	return t, false, nil
}

// quote reads a character constant, or a name between single quotes: text
// longer than two characters is a name, as in gdb.
func (l *lexer) quote(t token, prefix byte) (token, error) {
	begin := l.at
	runes, err := l.quotedText('\'')
	switch {
	case err != nil:
		return t, err
	case len(runes) == 0:
		return t, sentence("A character constant must contain at least one character.")
	case len(runes) == 2:
		return t, sentence("Invalid character constant.")
	case len(runes) > 2:
		t.kind, t.quoted, t.text = tokName, true, l.text[begin+1:l.at-1]
		return t, nil
	}
	t.kind, t.node = tokNumber, charNode{runes[0], prefix}
	return t, nil
}

// quotedText reads up to the closing quote and resolves C's escapes. A numeric
// escape is a byte, returned as the code point of that number.
func (l *lexer) quotedText(end byte) (out []rune, err error) {
	l.at++
	for {
		rest := l.text[l.at:]
		if rest == "" {
			if end == '"' {
				return nil, sentence("Unterminated string in expression.")
			}
			return nil, sentence("Unmatched single quote.")
		}
		switch {
		case rest[0] == end:
			l.at++
			return out, nil
		case rest[0] == '\\':
			r, n, err := escape(rest)
			if err != nil {
				return nil, err
			}
			out = append(out, r)
			l.at += n
		default:
			r, n := utf8.DecodeRuneInString(rest)
			out = append(out, r)
			l.at += n
		}
	}
}

// escape decodes the escape sequence at the start of text and returns its
// length.
func escape(text string) (r rune, n int, err error) {
	if len(text) < 2 {
		return 0, 0, sentence("Unterminated escape sequence in expression.")
	}
	const letters, meaning = "abefnrtv", "\a\b\x1b\f\n\r\t\v"
	c := text[1]
	switch {
	case strings.IndexByte(letters, c) >= 0:
		return rune(meaning[strings.IndexByte(letters, c)]), 2, nil
	case c >= '0' && c <= '7':
		n := 1
		for n < len(text) && n < 4 && text[n] >= '0' && text[n] <= '7' {
			n++
		}
		v, _ := strconv.ParseUint(text[1:n], 8, 32)
		return rune(v), n, nil
	case strings.HasPrefix(text, `\u{`): // Rust's
		digits, _, ok := strings.Cut(text[3:], "}")
		v, err := strconv.ParseUint(digits, 16, 21)
		if !ok || err != nil {
			return 0, 0, sentence("Unterminated escape sequence in expression.")
		}
		return rune(v), len(digits) + 4, nil
	case c == 'x' || c == 'u' || c == 'U':
		most := map[byte]int{'x': 4, 'u': 6, 'U': 10}[c]
		n := 2
		for n < len(text) && n < most && strings.IndexByte("0123456789abcdefABCDEF", text[n]) >= 0 {
			n++
		}
		if n == 2 {
			return 0, 0, sentence("\\%c escape without a following hex digit", c)
		}
		v, _ := strconv.ParseUint(text[2:n], 16, 32)
		return rune(v), n, nil
	}
	r, size := utf8.DecodeRuneInString(text[1:])
	return r, 1 + size, nil
}
