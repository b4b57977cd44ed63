package expr

import "strings"

// specifier reports whether a word is one of C's own type words.
func specifier(w string) bool {
	switch w {
	case "void", "char", "short", "int", "long", "float", "double", "signed", "unsigned", "_Bool", "__int128",
		"const", "volatile", "restrict", "struct", "union", "enum", "class":
		return true
	}
	return false
}

// startsType reports whether a type's name begins at the current token.
func (p *parser) startsType() bool {
	if p.tok.kind != tokName || p.tok.quoted {
		return false
	}
	if specifier(p.tok.text) {
		return true
	}
	if p.isType == nil {
		return false
	}
	full := ""
	return p.ahead(func() bool { // ns::T
		for p.tok.kind == tokName {
			full += p.tok.text
			if p.advance() != nil {
				return false
			}
			full += p.template(full)
			if !p.is("::") {
				return p.isType(full)
			}
			full += "::"
			if p.advance() != nil {
				return false
			}
		}
		return false
	})
}

// startsCast reports, at a "(", whether a type in parentheses follows.
func (p *parser) startsCast() bool {
	return p.ahead(func() bool {
		if p.advance() != nil {
			return false
		}
		if p.startsType() {
			_, err := p.typeName()
			return err == nil && p.is(")")
		}
		if p.isType != nil || p.tok.kind != tokName || p.tok.quoted {
			return false
		}
		// Without knowledge of names: (T *) x, (T) x where x is no operator.
		t, err := p.typeName()
		if err != nil || !p.is(")") || p.advance() != nil {
			return false
		}
		if len(t.steps) > 0 {
			return t.steps[0].kind == '*' && p.tok.kind != tokEnd
		}
		return p.tok.kind == tokName || p.tok.kind == tokNumber || p.tok.kind == tokString || p.tok.kind == tokDollar ||
			p.is("~") || p.is("!") || p.is("{")
	})
}

func (p *parser) parenthesizedType() (*typeExpr, error) {
	if err := p.expect("("); err != nil {
		return nil, err
	}
	t, err := p.typeName()
	if err != nil {
		return nil, err
	}
	return t, p.expect(")")
}

// typeName parses specifiers and an abstract declarator.
func (p *parser) typeName() (*typeExpr, error) {
	p.depth++
	defer func() { p.depth-- }()
	if p.depth > maxDepth {
		return nil, p.syntax()
	}
	t := &typeExpr{}
	var arith []string
	for p.tok.kind == tokName {
		w := p.tok.text
		switch {
		case w == "const" && !p.tok.quoted:
			t.constant = true
		case w == "volatile" && !p.tok.quoted:
			t.volatile = true
		case w == "restrict" && !p.tok.quoted:
		case t.tag == "" && t.name == "" && len(arith) == 0 && (w == "struct" || w == "union" || w == "enum" || w == "class"):
			if err := p.advance(); err != nil {
				return nil, err
			}
			if p.tok.kind != tokName {
				return nil, p.syntax()
			}
			t.tag = w
			if err := p.qualifiedName(t); err != nil {
				return nil, err
			}
			continue
		case specifier(w) && t.name == "" && !p.tok.quoted:
			arith = append(arith, w)
		case t.name == "" && len(arith) == 0:
			if err := p.qualifiedName(t); err != nil {
				return nil, err
			}
			continue
		default:
			return nil, p.syntax()
		}
		if err := p.advance(); err != nil {
			return nil, err
		}
	}
	if len(arith) > 0 {
		name, ok := arithmetic(arith)
		if !ok {
			return nil, p.syntax()
		}
		t.name = name
	}
	if t.name == "" {
		return nil, p.syntax()
	}
	var err error
	t.steps, err = p.declarator()
	return t, err
}

func (p *parser) qualifiedName(t *typeExpr) error {
	t.name = p.tok.text
	for {
		if err := p.advance(); err != nil {
			return err
		}
		if t.name += p.template(t.name); !p.is("::") {
			return nil
		}
		if err := p.advance(); err != nil {
			return err
		}
		if p.tok.kind != tokName {
			return p.syntax()
		}
		t.name += "::" + p.tok.text
	}
}

// declarator parses an abstract declarator: its steps, from the base type
// outwards.
func (p *parser) declarator() (steps []typeStep, err error) {
	if p.depth++; p.depth > maxDepth {
		return nil, p.syntax()
	}
	defer func() { p.depth-- }()
	for {
		kind := byte(0)
		switch {
		case p.is("*"):
			kind = '*'
		case p.is("&"):
			kind = '&'
		case p.is("&&"):
			kind = 'R'
		case p.tok.kind == tokName && p.tok.text == "const":
			kind = 'c'
		case p.tok.kind == tokName && p.tok.text == "volatile":
			kind = 'v'
		}
		if kind == 0 {
			break
		}
		steps = append(steps, typeStep{kind: kind})
		if err := p.advance(); err != nil {
			return nil, err
		}
	}
	var inner, suffixes []typeStep
	if p.is("(") && p.ahead(func() bool { return p.advance() == nil && (p.is("*") || p.is("&") || p.is("(")) }) {
		if err := p.advance(); err != nil {
			return nil, err
		}
		if inner, err = p.declarator(); err != nil {
			return nil, err
		}
		if err := p.expect(")"); err != nil {
			return nil, err
		}
	}
	for p.is("[") || p.is("(") {
		s, err := p.suffix()
		if err != nil {
			return nil, err
		}
		suffixes = append([]typeStep{s}, suffixes...)
	}
	return append(append(steps, suffixes...), inner...), nil
}

// suffix parses "[n]" or "(parameters)".
func (p *parser) suffix() (s typeStep, err error) {
	s.kind = p.tok.text[0]
	end := map[byte]string{'[': "]", '(': ")"}[s.kind]
	if err := p.advance(); err != nil {
		return s, err
	}
	if s.kind == '[' && !p.is("]") {
		if s.count, err = p.comma(); err != nil {
			return s, err
		}
	}
	for s.kind == '(' && !p.is(")") {
		if p.is("...") {
			s.variadic = true
			if err := p.advance(); err != nil {
				return s, err
			}
			break
		}
		t, err := p.typeName()
		if err != nil {
			return s, err
		}
		s.params = append(s.params, t)
		if !p.is(",") {
			break
		}
		if err := p.advance(); err != nil {
			return s, err
		}
	}
	return s, p.expect(end)
}

// template consumes "<…>" after a name, if that makes the name of a type, in gdb's or a compiler's
// spelling.
func (p *parser) template(name string) string {
	if !p.is("<") || p.isType == nil {
		return ""
	}
	depth := 0
	for i, r := range p.lex.text[p.tok.at:] {
		switch r {
		case '<':
			depth++
		case '>':
			depth--
		}
		if depth == 0 {
			text := p.lex.text[p.tok.at : p.tok.at+i+1]
			lex, tok := p.lex, p.tok
			p.lex.at = p.tok.at + i + 1
			if err := p.advance(); err == nil && (p.is("::") || p.isType(name+text)) {
				return text
			}
			p.lex, p.tok = lex, tok
			return ""
		}
	}
	return ""
}

func words(s string) []string { return strings.Fields(s) }
