package session

import (
	"fmt"
	"math"
	"strconv"
	"strings"

	"rseqstep/cmd/rseqstep/internal/prompt"
	"rseqstep/stepper/expr"
)

// Printf runs `printf "FORMAT", EXPR...`.
func (v *values) Printf(arguments string) (string, error) {
	format, rest, err := quoted(strings.TrimSpace(arguments))
	if err != nil {
		return "", err
	}
	args, err := splitArguments(rest)
	if err != nil {
		return "", err
	}
	var b strings.Builder
	next := 0
	for i := 0; i < len(format); i++ {
		if format[i] != '%' {
			b.WriteByte(format[i])
			continue
		}
		if i+1 < len(format) && format[i+1] == '%' {
			b.WriteByte('%')
			i++
			continue
		}
		end := i + 1
		for end < len(format) && strings.IndexByte("-+ #0123456789.lhzjtL", format[end]) >= 0 {
			end++
		}
		if end == len(format) {
			return "", prompt.Message("%w: it ends within a conversion.", errFormat)
		}
		if next == len(args) {
			return "", prompt.Message("%w: too few arguments for it.", errFormat)
		}
		flags := strings.Map(func(r rune) rune {
			if strings.ContainsRune("lhzjtL", r) {
				return -1
			}
			return r
		}, format[i+1:end])
		text, err := v.convert(flags, format[end], args[next])
		if err != nil {
			return "", err
		}
		b.WriteString(text)
		next++
		i = end
	}
	if next != len(args) {
		return "", prompt.Message("%w: %d arguments for %d conversions.", errFormat, len(args), next)
	}
	return b.String(), nil
}

// convert formats one argument for a conversion of C's printf.
func (v *values) convert(flags string, letter byte, text string) (string, error) {
	c := v.here()
	switch letter {
	case 's':
		out, err := v.cString(text)
		if err != nil {
			return "", err
		}
		return fmt.Sprintf("%"+flags+"s", out), nil
	case 'f', 'F', 'e', 'E', 'g', 'G', 'a', 'A':
		out, err := v.Output("", "(double)("+text+")")
		if err != nil {
			return "", err
		}
		x, err := strconv.ParseFloat(strings.TrimSpace(out), 64)
		if err != nil {
			if x = math.NaN(); strings.HasPrefix(out, "inf") {
				x = math.Inf(1)
			} else if strings.HasPrefix(out, "-inf") {
				x = math.Inf(-1)
			}
		}
		verb := letter
		if letter == 'a' || letter == 'A' {
			verb = 'x' + letter - 'a'
		}
		return fmt.Sprintf("%"+flags+string(verb), x), nil
	}
	e, err := c.Parse(text)
	if err != nil {
		return "", err
	}
	val, err := c.Eval(e)
	if err != nil {
		return "", err
	}
	n, err := c.Integer(e)
	if err != nil {
		return "", err
	}
	size := int64(8)
	if t := bare(val.Type); t != nil && t.Size > 0 && t.Size < 8 && t.Kind != expr.Func {
		size = t.Size
	}
	low := n
	if size < 8 {
		low &= 1<<(8*uint(size)) - 1
	}
	switch letter {
	case 'd', 'i':
		return fmt.Sprintf("%"+flags+"d", int64(n)), nil
	case 'u':
		return fmt.Sprintf("%"+flags+"d", low), nil
	case 'x', 'X', 'o':
		return fmt.Sprintf("%"+flags+string(letter), low), nil
	case 'c':
		return fmt.Sprintf("%"+flags+"s", string([]byte{byte(n)})), nil
	case 'p':
		return fmt.Sprintf("%"+flags+"s", fmt.Sprintf("%#x", n)), nil
	}
	return "", prompt.Message("%w: it has no conversion %%%c.", errFormat, letter)
}

// cString returns the string that an expression points to, or is.
func (v *values) cString(text string) (string, error) {
	c := v.here()
	val, err := c.Evaluate(text)
	if err != nil {
		return "", err
	}
	if t := bare(val.Type); t != nil && t.Kind == expr.Array {
		b, err := val.Bytes(c)
		if err != nil {
			return "", err
		}
		s, _, _ := strings.Cut(string(b), "\x00")
		return s, nil
	}
	at, err := c.ExamineAddress(val)
	if err != nil {
		return "", err
	}
	var out []byte
	var one [1]byte
	for len(out) < 1<<16 {
		if _, err := v.s.ReadMemory(at, one[:]); err != nil {
			return "", &expr.MemoryError{Addr: at, Err: err}
		}
		if one[0] == 0 {
			break
		}
		out = append(out, one[0])
		at++
	}
	return string(out), nil
}

// quoted splits a C string literal off the front.
func quoted(s string) (text, rest string, err error) {
	if !strings.HasPrefix(s, `"`) {
		return "", "", prompt.Message("%w: it must be a string in double quotes.", errFormat)
	}
	for i := 1; i < len(s); i++ {
		switch s[i] {
		case '\\':
			i++
		case '"':
			return unescape(s[1:i]), strings.TrimSpace(s[i+1:]), nil
		}
	}
	return "", "", prompt.Message("%w: the string has no end.", errFormat)
}

func unescape(s string) string {
	escapes := map[byte]byte{'n': '\n', 't': '\t', 'a': '\a', 'r': '\r', 'e': 0x1b, 'f': '\f', 'v': '\v'}
	var b strings.Builder
	for i := 0; i < len(s); i++ {
		if s[i] != '\\' || i+1 == len(s) {
			b.WriteByte(s[i])
			continue
		}
		i++
		if c, ok := escapes[s[i]]; ok {
			b.WriteByte(c)
			continue
		}
		n, v := 0, 0
		for ; n < 3 && i+n < len(s) && s[i+n] >= '0' && s[i+n] <= '7'; n++ {
			v = v*8 + int(s[i+n]-'0')
		}
		if n == 0 {
			b.WriteByte(s[i])
			continue
		}
		b.WriteByte(byte(v))
		i += n - 1
	}
	return b.String()
}

// splitArguments splits at commas outside of brackets and quotes.
func splitArguments(s string) ([]string, error) {
	if s == "" {
		return nil, nil
	}
	if s[0] != ',' {
		return nil, prompt.Message("%w: a comma must follow it.", errFormat)
	}
	var out []string
	depth, start, quote := 0, 1, byte(0)
	for i := 1; i < len(s); i++ {
		switch c := s[i]; {
		case quote != 0 && c == '\\':
			i++
		case quote != 0:
			if c == quote {
				quote = 0
			}
		case c == '"' || c == '\'':
			quote = c
		case c == '(' || c == '[' || c == '{':
			depth++
		case c == ')' || c == ']' || c == '}':
			depth--
		case c == ',' && depth == 0:
			out = append(out, strings.TrimSpace(s[start:i]))
			start = i + 1
		}
	}
	return append(out, strings.TrimSpace(s[start:])), nil
}
