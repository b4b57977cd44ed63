package expr

import (
	"bytes"
	"debug/dwarf"
	"strings"

	"rseqstep/stepper/dwexpr"
)

// atEntry ends the name of an argument's value at its function's entry: "n@entry".
const atEntry = "@entry"

// EntryValues says when the line of a frame shows the values that arguments had at the function's
// entry: gdb's "set print entry-values".
type EntryValues string

const (
	EntryDefault   EntryValues = "default" // if known, "n=n@entry=5" for one that has not changed
	EntryCompact   EntryValues = "compact" // as default, but in place of a lost value
	EntryBoth      EntryValues = "both"
	EntryIfNeeded  EntryValues = "if-needed" // in place of a lost value only
	EntryPreferred EntryValues = "preferred" // in place of the value, if known
	EntryOnly      EntryValues = "only"
	EntryNo        EntryValues = "no"
)

// Argument shows an argument as the line of a frame does: "n=5", or with its value at the entry;
// text shows a value.
func (c *Context) Argument(v Variable, text func(Variable) string) string {
	now, mode := v.Name+"="+text(v), c.Session.Options.EntryValues
	if mode == EntryNo {
		return now
	}
	entry, known := c.atEntry(v)
	lost := v.Err != nil || v.Value.lost || v.Value.gone != nil
	unknown := entry.Name + "=<optimized out>"
	then := unknown
	if known {
		then = entry.Name + "=" + text(entry)
	}
	switch {
	case mode == EntryOnly:
		return then
	case mode == EntryPreferred && known, mode == EntryIfNeeded && known && lost, mode == EntryCompact && known && lost:
		return then
	case mode == EntryBoth:
		return now + ", " + then
	case !known || mode == EntryPreferred || mode == EntryIfNeeded:
		return now
	case !lost && c.same(v.Value, entry.Value):
		return v.Name + "=" + then
	}
	return now + ", " + then
}

func (c *Context) same(a, b Value) bool {
	x, err := a.Bytes(c)
	y, failed := b.Bytes(c)
	return err == nil && failed == nil && bytes.Equal(x, y)
}

// atEntry is an argument of the selected frame's function with the value that it had at the entry,
// as the caller's call site has it. known is false if it has none, or if it cannot be told which
// call that was.
func (c *Context) atEntry(v Variable) (entry Variable, known bool) {
	entry = Variable{Name: v.Name + atEntry}
	f, err := c.frame()
	if err != nil || v.die == nil || f.Inlined > 0 || f.info == nil || c.Source == nil {
		return entry, false
	}
	fn, ok := c.Source.Function(f.lookup)
	if !ok {
		return entry, false
	}
	expr, ok, err := f.info.expression(v.die, dwarf.AttrLocation, f.info.fileAddr(fn.Entry))
	if _, register := dwexpr.Register(expr); !ok || err != nil || !register {
		return entry, false
	}
	t := v.Value.Type
	if size := sizeOf(c.complete(t)); size < 1 || size > 8 {
		return entry, false
	}
	m := &evaluation{ctx: c, frame: f, info: f.info, unit: v.die.Offset}
	n, err := m.EntryValue(expr)
	if err != nil {
		return entry, false
	}
	entry.Value = c.place(f, t, dwexpr.Location{Kind: dwexpr.IsValue, Value: n})
	return entry, true
}

// entryName is the value of "n@entry".
func (c *Context) entryName(name string) (Value, error) {
	name = strings.TrimSuffix(name, atEntry)
	args, err := c.Args()
	if err != nil {
		return Value{}, err
	}
	for _, v := range args {
		if v.Name != name {
			continue
		}
		entry, known := c.atEntry(v)
		if !known {
			return Value{Type: v.Value.Type, lost: true}, nil
		}
		return entry.Value, nil
	}
	return Value{}, sentence("@entry can be used only for function parameters, not for \"%s\"", name)
}
