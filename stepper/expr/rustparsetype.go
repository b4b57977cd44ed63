package expr

import "strings"

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
