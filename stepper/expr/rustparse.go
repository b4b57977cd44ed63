package expr

import (
	"math/big"
	"strconv"
	"strings"
)

// ParseRust is Parse for an expression of Rust: its paths and generic arguments, "tup.0",
// "x as T", its literals, and its operators' precedence.
func ParseRust(text string, isType func(name string) bool) (*Expr, error) {
	return (&parser{lex: lexer{text: text, rust: true}, isType: isType}).whole()
}

// rustPrecedence is that of Rust's binary operators: comparisons bind less than "|".
func rustPrecedence(op string) int {
	switch op {
	case "==", "!=", "<", ">", "<=", ">=":
		return 3
	case "|", "^", "&":
		return precedence(op) + 1
	}
	return precedence(op)
}

// as parses the casts after an operand: "x as u64 as f32".
func (p *parser) as(x node) (node, error) {
	for p.lex.rust && p.tok.kind == tokName && p.tok.text == "as" {
		if err := p.advance(); err != nil {
			return nil, err
		}
		t, err := p.rustType()
		if err != nil {
			return nil, err
		}
		x = castNode{to: t, x: x}
	}
	return x, nil
}

// rustTop parses text that is a type as a whole: "&[i32]", "*mut T", "(i32, u8)".
func (p *parser) rustTop() (node, bool) {
	lex, tok := p.lex, p.tok
	if p.is("(") && strings.TrimSpace(p.lex.text[p.lex.at:]) == ")" { // the value, not the type
		return nil, false
	}
	certain := p.rawPointer() || p.word("fn") || p.is("!") && p.lex.text[p.lex.at:] == ""
	t, err := p.rustType()
	if err == nil && p.tok.kind == tokEnd && (certain || p.known(t)) {
		return typeNode{t}, true
	}
	p.lex, p.tok = lex, tok
	return nil, false
}

// rawPointer reports whether "*mut" or "*const" is next.
func (p *parser) rawPointer() bool {
	return p.is("*") && p.ahead(func() bool { return p.advance() == nil && (p.word("mut") || p.word("const")) })
}

// known reports whether a type's name is one: "&n" and "(n)" are none.
func (p *parser) known(t *typeExpr) bool { return p.isType != nil && p.isType(t.name) }

func (p *parser) word(w string) bool {
	return p.tok.kind == tokName && !p.tok.quoted && p.tok.text == w
}

// rustType parses the name of a type. Tuples, slices, and everything else that is a structure in
// DWARF, have the text itself as their name.
func (p *parser) rustType() (*typeExpr, error) {
	if p.depth++; p.depth > maxDepth {
		return nil, p.syntax()
	}
	defer func() { p.depth-- }()
	start := p.tok.at
	switch {
	case p.is("*"), p.is("&"):
		if err := p.advance(); err != nil {
			return nil, err
		}
		if p.word("mut") || p.word("const") {
			if err := p.advance(); err != nil {
				return nil, err
			}
		}
		t, err := p.rustType()
		if err != nil {
			return nil, err
		}
		if text := rustSpaced(p.lex.text[start:p.tok.at]); unsized(text) != "" || p.isType != nil && p.isType(text) {
			return &typeExpr{name: text}, nil
		}
		t.steps = append(t.steps, typeStep{kind: '*'})
		return t, nil
	case p.is("["):
		return p.rustArray(start)
	case p.is("("):
		return p.rustTuple(start)
	case p.word("fn"):
		return nil, sentence("Types of functions are not supported here.")
	case p.tok.kind == tokName || p.is("<") || p.is("::"):
		n, err := p.path()
		return &typeExpr{name: strings.Join(append(n.scopes, n.name), "::")}, err
	}
	return nil, p.syntax()
}

// rustArray parses "[T; n]", or the slice "[T]", which is the target of a pointer only.
func (p *parser) rustArray(start int) (*typeExpr, error) {
	if err := p.advance(); err != nil {
		return nil, err
	}
	t, err := p.rustType()
	if err != nil {
		return nil, err
	}
	if p.is("]") {
		err := p.advance()
		return &typeExpr{name: rustSpaced(p.lex.text[start:p.tok.at])}, err
	}
	if err := p.expect(";"); err != nil {
		return nil, err
	}
	s := typeStep{kind: '['}
	if s.count, err = p.comma(); err != nil {
		return nil, err
	}
	t.steps = append(t.steps, s)
	return t, p.expect("]")
}

// rustTuple parses "()", "(T)" and "(T, U)".
func (p *parser) rustTuple(start int) (*typeExpr, error) {
	if err := p.advance(); err != nil {
		return nil, err
	}
	var one *typeExpr
	for n := 0; !p.is(")"); n++ {
		t, err := p.rustType()
		if err != nil {
			return nil, err
		}
		if one = nil; n == 0 && p.is(")") {
			one = t
		}
		if !p.is(",") {
			break
		}
		if err := p.advance(); err != nil {
			return nil, err
		}
	}
	if err := p.expect(")"); err != nil || one != nil {
		return one, err
	}
	return &typeExpr{name: rustSpaced(p.lex.text[start:p.tok.at])}, nil
}

// path parses a path of Rust, with generic arguments: "a::b<T>::c", "a::<T>::c", "<T as Trait>::f".
func (p *parser) path() (n nameNode, err error) {
	if p.is("::") {
		n.global = true
		if err := p.advance(); err != nil {
			return n, err
		}
	}
	for {
		name := ""
		switch {
		case p.is("<") && n.scopes == nil, p.is("{"):
			if name, err = p.enclosed(); err != nil {
				return n, err
			}
		case p.tok.kind == tokName:
			name = p.tok.text
			if err := p.advance(); err != nil {
				return n, err
			}
		default:
			return n, p.syntax()
		}
		if name += p.arguments(n.scopes, name); !p.is("::") {
			n.name = name
			return n, nil
		}
		n.scopes = append(n.scopes, name)
		if err := p.advance(); err != nil {
			return n, err
		}
	}
}

// arguments consumes the generic arguments after a name: those after "::" always, others if they
// make the name of a type, as "a < b" does not.
func (p *parser) arguments(scopes []string, name string) string {
	lex, tok := p.lex, p.tok
	sure := p.is("::")
	if sure && p.advance() != nil || !p.is("<") {
		p.lex, p.tok = lex, tok
		return ""
	}
	text, err := p.enclosed()
	full := strings.Join(append(scopes[:len(scopes):len(scopes)], name+text), "::")
	if err == nil && (sure || p.is("::") || p.isType != nil && p.isType(full)) {
		return text
	}
	p.lex, p.tok = lex, tok
	return ""
}

// enclosed consumes text in angle brackets or braces, spaced as rustc writes it.
func (p *parser) enclosed() (string, error) {
	depth, before := 0, rune(0)
	for i, r := range p.lex.text[p.tok.at:] {
		switch r {
		case '<', '(', '[', '{':
			depth++
		case '>', ')', ']', '}':
			if r != '>' || before != '-' { // "->"
				depth--
			}
		}
		if before = r; depth == 0 {
			text := p.lex.text[p.tok.at : p.tok.at+i+1]
			p.lex.at = p.tok.at + i + 1
			return rustSpaced(text), p.advance()
		}
	}
	return "", p.syntax()
}

// rustSpaced is the text of a type with the spaces that rustc writes.
func rustSpaced(text string) string {
	text = strings.Join(strings.Fields(text), " ")
	for _, near := range []string{"<", "(", "[", "::"} {
		text = strings.ReplaceAll(text, near+" ", near)
	}
	for _, near := range []string{">", ")", "]", ",", ";", "::"} {
		text = strings.ReplaceAll(text, " "+near, near)
	}
	text = strings.ReplaceAll(strings.ReplaceAll(text, ",", ", "), ",  ", ", ")
	return strings.ReplaceAll(strings.ReplaceAll(text, ";", "; "), ";  ", "; ")
}

// rustSizeof parses the operand of sizeof in parentheses: a type or a value.
func (p *parser) rustSizeof(align bool) (node, error) {
	if err := p.advance(); err != nil {
		return nil, err
	}
	lex, tok := p.lex, p.tok
	if t, err := p.rustType(); err == nil && p.is(")") && (p.known(t) || p.ahead(func() bool { p.lex, p.tok = lex, tok; return p.rawPointer() || p.is("[") })) {
		return sizeofNode{of: t, align: align}, p.advance()
	}
	p.lex, p.tok = lex, tok
	x, err := p.comma()
	if err != nil {
		return nil, err
	}
	return sizeofNode{x: x, align: align}, p.expect(")")
}

// rustPrimary parses what begins otherwise than in C: paths, "()", byte and raw strings.
func (p *parser) rustPrimary() (n node, ok bool, err error) {
	switch {
	case p.is("("):
		n, err := p.rustParenthesized()
		return n, true, err
	case p.is("<") || p.is("::") || p.is("{") || p.tok.kind == tokName && !p.tok.quoted:
		n, err := p.path()
		if full := strings.Join(append(n.scopes[:len(n.scopes):len(n.scopes)], n.name), "::"); err == nil && !n.global && p.isType != nil && p.isType(full) {
			return typeNode{&typeExpr{name: full}}, true, nil
		}
		return n, true, err
	}
	return nil, false, nil
}

func (p *parser) rustParenthesized() (node, error) {
	if err := p.advance(); err != nil {
		return nil, err
	}
	if p.is(")") {
		return unitNode{}, p.advance()
	}
	x, err := p.assignment()
	if err == nil && p.is(",") {
		err = sentence("Tuple expressions not supported yet")
	}
	if err != nil {
		return nil, err
	}
	return x, p.expect(")")
}

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
	bits, err := strconv.Atoi(strings.Replace(kind[1:], "size", "64", 1))
	if err != nil || bits != 8 && bits != 16 && bits != 32 && bits != 64 && bits != 128 {
		return false
	}
	if kind[0] == 'i' {
		bits--
	}
	return v.BitLen() <= bits
}
