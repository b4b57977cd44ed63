package expr

import (
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
