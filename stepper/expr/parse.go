package expr

// Parse reads a C expression, or the name of a type. isType reports whether an
// identifier names a type (and no variable hides it): C cannot be parsed
// without that. With nil, a name in parentheses is a type only if nothing else
// is possible. Errors are worded as gdb's.
func Parse(text string, isType func(name string) bool) (*Expr, error) {
	return (&parser{lex: lexer{text: text}, isType: isType}).whole()
}

// whole parses all of the text.
func (p *parser) whole() (*Expr, error) {
	if err := p.advance(); err != nil {
		return nil, err
	}
	if p.tok.kind == tokEnd {
		return nil, sentence("Argument required (expression to compute).")
	}
	root, err := p.top()
	if err != nil {
		return nil, err
	}
	return &Expr{text: p.lex.text, root: root}, nil
}

type parser struct {
	lex    lexer
	tok    token
	isType func(string) bool
	depth  int
}

// maxDepth bounds nesting, so that no input exhausts the stack.
const maxDepth = 1000

func (p *parser) advance() (err error) {
	p.tok, err = p.lex.next()
	return err
}

func (p *parser) syntax() error {
	return sentence("A syntax error in expression, near `%s'.", p.lex.text[p.tok.at:])
}

// is reports whether the next token is the operator.
func (p *parser) is(op string) bool { return p.tok.kind == tokOp && p.tok.text == op }

func (p *parser) expect(op string) error {
	if !p.is(op) {
		return p.syntax()
	}
	return p.advance()
}

// ahead parses with look-ahead: it returns the result of f and restores the
// position.
func (p *parser) ahead(f func() bool) bool {
	lex, tok := p.lex, p.tok
	found := f()
	p.lex, p.tok = lex, tok
	return found
}

func (p *parser) top() (node, error) {
	if p.lex.rust {
		if t, ok := p.rustTop(); ok {
			return t, nil
		}
	} else if p.startsType() {
		whole := p.ahead(func() bool {
			_, err := p.typeName()
			return err == nil && p.tok.kind == tokEnd
		})
		if whole {
			t, err := p.typeName()
			return typeNode{t}, err
		}
	}
	n, err := p.comma()
	if err == nil && p.tok.kind != tokEnd {
		err = p.syntax()
	}
	return n, err
}

func (p *parser) comma() (node, error) {
	x, err := p.assignment()
	for err == nil && p.is(",") {
		if err = p.advance(); err != nil {
			break
		}
		var y node
		y, err = p.assignment()
		x = binaryNode{",", x, y}
	}
	return x, err
}

func (p *parser) assignment() (node, error) {
	p.depth++
	defer func() { p.depth-- }()
	if p.depth > maxDepth {
		return nil, sentence("Expression nests too deeply.")
	}
	x, err := p.conditional()
	if err != nil || p.tok.kind != tokOp {
		return x, err
	}
	switch op := p.tok.text; op {
	case "=", "+=", "-=", "*=", "/=", "%=", "&=", "|=", "^=", "<<=", ">>=":
		if err := p.advance(); err != nil {
			return nil, err
		}
		y, err := p.assignment()
		return assignNode{op[:len(op)-1], x, y}, err
	}
	return x, nil
}

func (p *parser) conditional() (node, error) {
	cond, err := p.binary(0)
	if err != nil || !p.is("?") {
		return cond, err
	}
	if err := p.advance(); err != nil {
		return nil, err
	}
	yes, err := p.comma()
	if err != nil {
		return nil, err
	}
	if err := p.expect(":"); err != nil {
		return nil, err
	}
	p.depth++
	defer func() { p.depth-- }()
	if p.depth > maxDepth {
		return nil, sentence("Expression nests too deeply.")
	}
	no, err := p.conditional()
	return condNode{cond, yes, no}, err
}

// precedence is that of the binary operators: C's, with gdb's "@" between the
// shifts and the sums. 0: not a binary operator.
func precedence(op string) int {
	switch op {
	case "||":
		return 1
	case "&&":
		return 2
	case "|":
		return 3
	case "^":
		return 4
	case "&":
		return 5
	case "==", "!=":
		return 6
	case "<", ">", "<=", ">=":
		return 7
	case "<<", ">>":
		return 8
	case "@":
		return 9
	case "+", "-":
		return 10
	case "*", "/", "%":
		return 11
	}
	return 0
}

func (p *parser) precedence(op string) int {
	if p.lex.rust {
		return rustPrecedence(op)
	}
	return precedence(op)
}

func (p *parser) binary(above int) (node, error) {
	x, err := p.unary()
	if err == nil {
		x, err = p.as(x)
	}
	for err == nil && p.tok.kind == tokOp {
		op := p.tok.text
		prec := p.precedence(op)
		if prec <= above {
			break
		}
		if err = p.advance(); err != nil {
			break
		}
		var y node
		y, err = p.binary(prec)
		x = binaryNode{op, x, y}
	}
	return x, err
}

func (p *parser) unary() (node, error) {
	p.depth++
	defer func() { p.depth-- }()
	if p.depth > maxDepth {
		return nil, sentence("Expression nests too deeply.")
	}
	switch {
	case p.tok.kind == tokName && !p.tok.quoted && (p.tok.text == "sizeof" || p.tok.text == "_Alignof" || p.tok.text == "alignof"):
		return p.sizeof()
	case p.tok.kind != tokOp:
		return p.postfix()
	}
	switch op := p.tok.text; op {
	case "+", "-", "!", "~", "*", "&", "++", "--":
		if err := p.advance(); err != nil {
			return nil, err
		}
		x, err := p.unary()
		return unaryNode{op, x}, err
	case "&&":
		return nil, p.syntax()
	case "{":
		if err := p.advance(); err != nil {
			return nil, err
		}
		t, err := p.typeName()
		if err != nil {
			return nil, err
		}
		if err := p.expect("}"); err != nil {
			return nil, err
		}
		x, err := p.unary()
		return braceNode{t, x}, err
	case "(":
		if !p.lex.rust && p.startsCast() {
			t, err := p.parenthesizedType()
			if err != nil {
				return nil, err
			}
			x, err := p.unary()
			return castNode{to: t, x: x}, err
		}
	}
	return p.postfix()
}

func (p *parser) sizeof() (node, error) {
	align := p.tok.text != "sizeof"
	if err := p.advance(); err != nil {
		return nil, err
	}
	if p.lex.rust && p.is("(") {
		return p.rustSizeof(align)
	}
	if p.is("(") && p.startsCast() {
		t, err := p.parenthesizedType()
		return sizeofNode{of: t, align: align}, err
	}
	x, err := p.unary()
	return sizeofNode{x: x, align: align}, err
}
