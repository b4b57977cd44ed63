package macro

import "strings"

// substitute is the body of a macro with its arguments (C17, 6.10.3.1 to 6.10.3.3).
func (x *expander) substitute(d Definition, args [][]token) (out []token, err error) {
	body := tokens(d.Body)
	for i := 0; i < len(body); i++ {
		t := body[i]
		n := d.parameter(t.text)
		switch {
		case d.Function && t.text == "#" && i+1 < len(body) && d.parameter(body[i+1].text) >= 0:
			i++
			out = append(out, token{text: quote(args[d.parameter(body[i].text)]), space: t.space})
		case t.text == "##" && i+1 < len(body):
			i++
			next := []token{body[i]}
			if k := d.parameter(body[i].text); k >= 0 {
				next = args[k]
				if last := len(out) - 1; last >= 0 && out[last].text == "," && d.rest() && k == len(d.Params)-1 {
					if next == nil { // GNU: no argument, no comma
						out = out[:last]
					}
					out = append(out, bare(next)...)
					continue
				}
			}
			out = paste(out, next)
		case n >= 0 && i+1 < len(body) && body[i+1].text == "##":
			out = append(out, spaced(args[n], t.space)...)
			if len(args[n]) == 0 {
				out = append(out, token{space: t.space}) // a placemarker
			}
		case n >= 0:
			arg, err := x.expand(args[n])
			if err != nil {
				return nil, err
			}
			out = append(out, spaced(arg, t.space)...)
		default:
			out = append(out, t)
		}
	}
	kept := out[:0]
	for _, t := range out {
		if t.text != "" {
			kept = append(kept, t)
		}
	}
	return kept, nil
}

// parameter is the number of a parameter; -1 for another name.
func (d Definition) parameter(name string) int {
	for i, p := range d.Params {
		if p == name && p != "..." || strings.HasSuffix(p, "...") && (name == strings.TrimSuffix(p, "...") || p == "..." && name == "__VA_ARGS__") {
			return i
		}
	}
	return -1
}

// spaced is a copy of tokens, the first of which has white space before it or not.
func spaced(list []token, space bool) []token {
	out := append([]token(nil), list...)
	if len(out) > 0 {
		out[0].space = space
	}
	return out
}

func bare(list []token) []token { return spaced(list, false) }

// paste joins the last token of out and the first of next.
func paste(out, next []token) []token {
	if len(next) == 0 {
		return out
	}
	if len(out) == 0 {
		return append(out, next...)
	}
	last := &out[len(out)-1]
	last.text += next[0].text
	last.hide, last.bound = nil, false
	return append(out, next[1:]...)
}

// quote is an argument as a string literal.
func quote(list []token) string {
	var b strings.Builder
	b.WriteByte('"')
	for i, t := range list {
		if i > 0 && t.space {
			b.WriteByte(' ')
		}
		if strings.ContainsAny(t.text, `"'`) {
			t.text = strings.NewReplacer(`\`, `\\`, `"`, `\"`).Replace(t.text)
		}
		b.WriteString(t.text)
	}
	return b.String() + `"`
}
