package show

import "strings"

// Pretty formats a value with one struct member per line, as gdb's "set print pretty
// on" does. Arrays and quoted text stay unchanged.
func Pretty(value string) string {
	p := &pretty{in: value}
	p.value(0)
	return p.out.String() + p.in[p.at:]
}

type pretty struct {
	in  string
	at  int
	out strings.Builder
}

// value copies up to the end of a value: a comma, a closing brace or the end.
func (p *pretty) value(indent int) {
	for p.at < len(p.in) {
		switch c := p.in[p.at]; c {
		case ',', '}':
			return
		case '"', '\'':
			p.quoted(c)
		case '(', '<', '[':
			p.bracketed(c)
		case '{':
			p.braces(indent)
		default:
			p.out.WriteByte(c)
			p.at++
		}
	}
}

// braces copies a group; a struct's members get lines of their own.
func (p *pretty) braces(indent int) {
	members := isStruct(p.in[p.at+1:])
	p.out.WriteByte('{')
	p.at++
	inner := indent
	if members {
		inner += 2
		p.line(inner)
	}
	for p.at < len(p.in) {
		p.value(inner)
		if p.at == len(p.in) {
			return
		}
		c := p.in[p.at]
		p.at++
		if c == '}' {
			if members {
				p.line(indent)
			}
			p.out.WriteByte('}')
			return
		}
		p.out.WriteByte(',')
		if members {
			p.line(inner)
			for p.at < len(p.in) && p.in[p.at] == ' ' {
				p.at++
			}
		}
	}
}

func (p *pretty) line(indent int) { p.out.WriteString("\n" + strings.Repeat(" ", indent)) }

func (p *pretty) quoted(quote byte) {
	start := p.at
	for p.at++; p.at < len(p.in) && p.in[p.at] != quote; p.at++ {
		if p.in[p.at] == '\\' {
			p.at++
		}
	}
	p.at = min(p.at+1, len(p.in))
	p.out.WriteString(p.in[start:p.at])
}

// bracketed copies a type in parentheses or a note in angle brackets, which may contain
// commas.
func (p *pretty) bracketed(open byte) {
	end := map[byte]byte{'(': ')', '<': '>', '[': ']'}[open]
	depth, start := 0, p.at
	for ; p.at < len(p.in); p.at++ {
		switch p.in[p.at] {
		case open:
			depth++
		case end:
			if depth--; depth == 0 {
				p.at++
				p.out.WriteString(p.in[start:p.at])
				return
			}
		}
	}
	p.out.WriteString(p.in[start:p.at])
}

// isStruct reports whether the text inside braces begins with "name = ".
func isStruct(inside string) bool {
	if strings.HasPrefix(inside, "<") { // a base class: "<base> = {…}"
		return true
	}
	n := 0
	for n < len(inside) && (inside[n] == '_' || inside[n] >= '0' && inside[n] <= '9' || inside[n] >= 'a' && inside[n] <= 'z' || inside[n] >= 'A' && inside[n] <= 'Z') {
		n++
	}
	return n > 0 && strings.HasPrefix(inside[n:], " = ") || strings.HasPrefix(inside, "{") && strings.Contains(inside, " = ")
}
