package expr

import (
	"math/big"
	"strconv"
	"strings"
)

// rustNumber reads a number of Rust: "1_000", "0xffu8", "1.5e3f32"; "1..2" is a range.
func (l *lexer) rustNumber(t token) (token, error) {
	rest := l.text[l.at:]
	n, base := 0, 10
	for prefix, b := range map[string]int{"0x": 16, "0o": 8, "0b": 2} {
		if strings.HasPrefix(rest, prefix) {
			n, base = 2, b
		}
	}
	digits := func(set string) { n += len(rest[n:]) - len(strings.TrimLeft(rest[n:], set)) }
	start, float := n, false
	if digits(map[int]string{2: "01_", 8: "01234567_", 10: "0123456789_", 16: "0123456789abcdefABCDEF_"}[base]); base == 10 {
		if after := rest[n:]; len(after) > 1 && after[0] == '.' && after[1] >= '0' && after[1] <= '9' {
			n, float = n+1, true
			digits("0123456789_")
		}
		if after := strings.ToLower(rest[n:]); len(after) > 1 && after[0] == 'e' && strings.Trim(after[1:2], "+-0123456789") == "" {
			n, float = n+2, true
			digits("0123456789_")
		}
	}
	text := strings.ReplaceAll(rest[start:n], "_", "")
	suffix := l.word(l.at + n)
	l.at += n + len(suffix)
	t.kind, t.text = tokNumber, rest[:n+len(suffix)]
	bad := sentence("Invalid number \"%s\".", t.text)
	if float || suffix == "f32" || suffix == "f64" {
		f, err := strconv.ParseFloat(text, 64)
		if suffix == "" {
			suffix = "f64"
		}
		if err != nil || base != 10 || suffix != "f32" && suffix != "f64" {
			return t, bad
		}
		t.node = floatNode{value: f, kind: suffix}
		return t, nil
	}
	v, ok := new(big.Int).SetString(text, base)
	if !ok {
		return t, bad
	}
	if suffix == "" {
		for _, suffix = range []string{"i32", "i64", "u64", "i128", "u128"} {
			if suffixFits(v, suffix) {
				break
			}
		}
	}
	if !suffixFits(v, suffix) {
		return t, bad
	}
	t.node = intNode{v, suffix}
	return t, nil
}

// suffixFits reports whether a number is one of Rust's integer type.
func suffixFits(v *big.Int, kind string) bool {
	if kind == "" || kind[0] != 'i' && kind[0] != 'u' {
		return false
	}
	bits, ok := map[string]int{"8": 8, "16": 16, "32": 32, "64": 64, "128": 128, "size": 64}[kind[1:]]
	if !ok {
		return false
	}
	if kind[0] == 'i' {
		bits--
	}
	return v.BitLen() <= bits
}
