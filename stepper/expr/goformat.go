package expr

import (
	"fmt"
	"strings"

	"rseqstep/table"
)

// goSlice decodes a Go slice: a struct named "[]T" of array, len and cap
// (cmd/compile's DWARF).
func (c *Context) goSlice(v Value) (elem *Type, data table.Addr, length int64, ok bool) {
	if v.Type == nil {
		return nil, 0, 0, false
	}
	t := strip(v.Type)
	if t.Kind != Struct || !strings.HasPrefix(t.Name, "[]") || len(t.Fields()) != 3 {
		return nil, 0, 0, false
	}
	array, err := c.member(v, "array")
	if err != nil || strip(array.Type).Kind != Pointer {
		return nil, 0, 0, false
	}
	n, err := c.member(v, "len")
	if err != nil {
		return nil, 0, 0, false
	}
	if length, err = c.integer(n); err != nil {
		return nil, 0, 0, false
	}
	data, err = c.pointerTarget(array)
	return c.complete(strip(array.Type).Elem), data, length, err == nil
}

// goString formats a Go string: a struct named "string" of str and len.
func (c *Context) goString(v Value, t *Type, limit int) (string, bool) {
	if t.Kind != Struct || t.Name != "string" || len(t.Fields()) != 2 {
		return "", false
	}
	str, err := c.member(v, "str")
	if err != nil {
		return "", false
	}
	n, err := c.member(v, "len")
	if err != nil {
		return "", false
	}
	length, err := c.integer(n)
	if err != nil {
		return "", false
	}
	at, err := c.pointerTarget(str)
	if err != nil || length < 0 {
		return "", false
	}
	if length == 0 {
		return `""`, true
	}
	b := make([]byte, min(length, int64(limit)))
	if err := c.read(at, b); err != nil {
		return fmt.Sprintf("<error: %v>", err), true
	}
	return c.stringText(b, c.basics().uchar, limit, length > int64(limit), false), true
}
