package expr

import "strings"

func (p *parser) postfix() (node, error) {
	x, err := p.primary()
	for err == nil && p.tok.kind == tokOp {
		switch op := p.tok.text; op {
		case "++", "--":
			x, err = postfixNode{op, x}, p.advance()
		case "[":
			if err = p.advance(); err != nil {
				break
			}
			if x, err = p.index(x); err == nil {
				err = p.expect("]")
			}
		case ".", "->":
			if err = p.advance(); err != nil {
				break
			}
			if p.tok.kind != tokName {
				return nil, p.syntax()
			}
			name := p.tok.text
			if err = p.advance(); err != nil {
				break
			}
			for p.is("::") { // p->Base::member
				if err = p.advance(); err != nil || p.tok.kind != tokName {
					return nil, p.syntax()
				}
				name += "::" + p.tok.text
				if err = p.advance(); err != nil {
					return nil, err
				}
			}
			x = memberNode{x, name, op == "->"}
		case ".*", "->*": // binds like "." in gdb, not as loosely as in C++
			if err = p.advance(); err != nil {
				break
			}
			var y node
			y, err = p.primary()
			x = binaryNode{op, x, y}
		case "(":
			x, err = p.call(x)
		default:
			return x, nil
		}
	}
	return x, err
}

// index parses what is between brackets: an index, or a range of Rust.
func (p *parser) index(x node) (node, error) {
	var low, high node
	var err error
	if !p.is("..") {
		if low, err = p.comma(); err != nil || !p.is("..") {
			return indexNode{x, low}, err
		}
	}
	if err = p.advance(); err == nil && !p.is("]") {
		high, err = p.comma()
	}
	return sliceNode{x, low, high}, err
}

func (p *parser) call(function node) (node, error) {
	if err := p.advance(); err != nil {
		return nil, err
	}
	c := callNode{function: function}
	for !p.is(")") {
		if len(c.arguments) > 0 {
			if err := p.expect(","); err != nil {
				return nil, err
			}
		}
		x, err := p.assignment()
		if err != nil {
			return nil, err
		}
		c.arguments = append(c.arguments, x)
	}
	return c, p.advance()
}

func (p *parser) primary() (node, error) {
	t := p.tok
	if p.lex.rust {
		if n, ok, err := p.rustPrimary(); ok {
			return n, err
		}
	}
	switch t.kind {
	case tokNumber:
		return t.node, p.advance()
	case tokString:
		s := t.node.(stringNode)
		for {
			if err := p.advance(); err != nil || p.tok.kind != tokString {
				return s, err
			}
			more := p.tok.node.(stringNode)
			s.value = append(s.value[:len(s.value):len(s.value)], more.value...)
			s.prefix = max(s.prefix, more.prefix)
		}
	case tokDollar:
		return dollarNode{t.text}, p.advance()
	case tokName:
		if word := p.tok.text; castWord(word) && !p.tok.quoted && p.ahead(func() bool { return p.advance() == nil && p.is("<") }) {
			return p.wordCast(word)
		}
		if p.startsType() && !p.quotedName() {
			return p.typeAsValue()
		}
		return p.name()
	case tokOp:
		switch t.text {
		case "::":
			return p.name()
		case "(":
			if err := p.advance(); err != nil {
				return nil, err
			}
			x, err := p.comma()
			if err != nil {
				return nil, err
			}
			return x, p.expect(")")
		}
	}
	return nil, p.syntax()
}

func (p *parser) quotedName() bool { return p.tok.quoted }

// typeAsValue is the name of a type in place of a value. T::member and
// enumerators of scoped enums are names after all.
func (p *parser) typeAsValue() (node, error) {
	if p.ahead(func() bool { return p.advance() == nil && p.is("::") }) {
		return p.name()
	}
	t, err := p.typeName()
	return typeNode{t}, err
}

func (p *parser) name() (node, error) {
	var n nameNode
	if p.is("::") {
		n.global = true
		if err := p.advance(); err != nil {
			return nil, err
		}
	}
	for {
		name := ""
		if p.is("~") {
			name = "~"
			if err := p.advance(); err != nil {
				return nil, err
			}
		}
		if p.tok.kind != tokName {
			return nil, p.syntax()
		}
		name += p.tok.text
		if err := p.advance(); err != nil {
			return nil, err
		}
		if p.is("<") { // T<int>::member, as far as T<int> is a type
			name += p.template(strings.Join(append(n.scopes[:len(n.scopes):len(n.scopes)], name), "::"))
		}
		if !p.is("::") {
			n.name = name
			return n, nil
		}
		n.scopes = append(n.scopes, name)
		if err := p.advance(); err != nil {
			return nil, err
		}
	}
}

// castWord reports whether a word begins one of C++'s casts.
func castWord(w string) bool {
	switch w {
	case "static_cast", "reinterpret_cast", "const_cast", "dynamic_cast":
		return true
	}
	return false
}

// wordCast parses WORD<type>(expression).
func (p *parser) wordCast(word string) (node, error) {
	if err := p.advance(); err != nil {
		return nil, err
	}
	if err := p.expect("<"); err != nil {
		return nil, err
	}
	t, err := p.typeName()
	if err != nil {
		return nil, err
	}
	if err := p.expect(">"); err != nil {
		return nil, err
	}
	if err := p.expect("("); err != nil {
		return nil, err
	}
	x, err := p.comma()
	if err != nil {
		return nil, err
	}
	return castNode{to: t, x: x, word: word}, p.expect(")")
}
