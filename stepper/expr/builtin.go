package expr

import (
	"bytes"
	"regexp"
)

// builtin calls a function of the debugger, "$_strlen(s)": gdb's convenience functions (gdb
// manual, "Convenience Funs"). ok is false if there is none of that name.
func (c *Context) builtin(name string, arguments []node) (v Value, ok bool, err error) {
	f, ok := map[string]struct {
		arguments int
		run       func([]Value) (Value, error)
	}{
		"$_strlen": {1, c.builtinLength},
		"$_streq":  {2, c.builtinEqual},
		"$_regex":  {2, c.builtinRegexp},
		"$_memeq":  {3, c.builtinMemory},
		"$_creal":  {1, func(x []Value) (Value, error) { return c.half(x[0], 0) }},
		"$_cimag":  {1, func(x []Value) (Value, error) { return c.half(x[0], 1) }},
		"$_isvoid": {1, func(x []Value) (Value, error) { return c.boolInt(strip(x[0].Type).Kind == Void), nil }},
	}[name]
	if !ok {
		return Value{}, false, nil
	}
	if len(arguments) != f.arguments {
		return Value{}, true, sentence("You must provide %d arguments to %s.", f.arguments, name)
	}
	var given []Value
	for _, a := range arguments {
		x, err := c.operand(a)
		if err != nil {
			return x, true, err
		}
		given = append(given, x)
	}
	v, err = f.run(given)
	return v, true, err
}

func (c *Context) boolInt(yes bool) Value {
	t := c.basics().int
	return newValue(t, leave(truth64(yes), int(t.Size)))
}

// maxText bounds the strings that functions of the debugger read.
const maxText = 1 << 20

// text is the string that a value is or points to, without its zero.
func (c *Context) text(v Value) ([]byte, error) {
	t := strip(v.Type)
	if t.Kind == Array && v.kind != placeMemory {
		full, err := c.fetch(v)
		b, _, _ := bytes.Cut(full.data, []byte{0})
		return b, err
	}
	at, err := c.integer(v)
	if err != nil {
		return nil, err
	}
	b, ended, err := c.readString(tableAddr(at), 1, maxText)
	if err == nil && !ended {
		err = sentence("The string at %#x is longer than %d bytes.", uint64(at), maxText)
	}
	return b, err
}

func (c *Context) texts(x []Value) (a, b []byte, err error) {
	if a, err = c.text(x[0]); err == nil {
		b, err = c.text(x[1])
	}
	return a, b, err
}

func (c *Context) builtinLength(x []Value) (Value, error) {
	s, err := c.text(x[0])
	return newValue(c.basics().int, leave(uint64(len(s)), 4)), err
}

func (c *Context) builtinEqual(x []Value) (Value, error) {
	a, b, err := c.texts(x)
	return c.boolInt(bytes.Equal(a, b)), err
}

func (c *Context) builtinRegexp(x []Value) (Value, error) {
	a, b, err := c.texts(x)
	if err != nil {
		return Value{}, err
	}
	re, err := regexp.Compile(string(b))
	if err != nil {
		return Value{}, sentence("Invalid regexp: %w", err)
	}
	return c.boolInt(re.Match(a)), nil
}

func (c *Context) builtinMemory(x []Value) (Value, error) {
	var at [3]int64
	for n := range at {
		v, err := c.rvalue(x[n])
		if err != nil {
			return v, err
		}
		if at[n], err = c.integer(v); err != nil {
			return v, err
		}
	}
	if at[2] < 0 || at[2] > maxText {
		return Value{}, sentence("Invalid length %d.", at[2])
	}
	a, b := make([]byte, at[2]), make([]byte, at[2])
	if err := c.read(tableAddr(at[0]), a); err != nil {
		return Value{}, err
	}
	err := c.read(tableAddr(at[1]), b)
	return c.boolInt(bytes.Equal(a, b)), err
}

// half is the real or the imaginary part of a complex number.
func (c *Context) half(v Value, n int64) (Value, error) {
	t := strip(v.Type)
	if t.Kind != Complex {
		return v, sentence("expected a complex number")
	}
	v, err := c.fetch(v)
	if err != nil {
		return v, err
	}
	part := c.partOf(t)
	return newValue(part, v.data[n*part.Size:(n+1)*part.Size]), nil
}
