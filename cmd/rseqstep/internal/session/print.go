package session

import (
	"encoding/binary"
	"fmt"
	"math"
	"strconv"
	"strings"

	"rseqstep/cmd/rseqstep/internal/prompt"
	"rseqstep/stepper"
	"rseqstep/stepper/expr"
	"rseqstep/stepper/machine"
	"rseqstep/table"
)

func (v *values) Print(format, text string) (string, error) {
	c := v.here()
	val, f, err := evaluate(c, format, text)
	if err != nil {
		return "", err
	}
	return v.record(c, val, f)
}

// record adds a value to the history and shows it: "$1 = 5".
func (v *values) record(c *expr.Context, val expr.Value, f expr.Format) (string, error) {
	v.Forget() // the expression may have assigned
	n, val, err := c.Record(val)
	if err != nil {
		return "", err
	}
	out, err := c.Print(val, f)
	if err != nil || n == 0 {
		return out, err
	}
	return fmt.Sprintf("$%d = %s", n, out), nil
}

func (v *values) Output(format, text string) (string, error) {
	c := v.here()
	val, f, err := evaluate(c, format, text)
	if err != nil {
		return "", err
	}
	return c.Print(val, f)
}

func evaluate(c *expr.Context, format, text string) (expr.Value, expr.Format, error) {
	f, err := expr.PrintFormat(format)
	if err != nil {
		return expr.Value{}, f, err
	}
	val, err := c.Evaluate(text)
	return val, f, err
}

func (v *values) TypeOf(text string, deep bool) (string, error) {
	c := v.here()
	if text == "" {
		text = "$"
	}
	e, err := c.Parse(text)
	if err != nil {
		return "", err
	}
	if deep {
		return c.Ptype(e)
	}
	return c.Whatis(e)
}

// Examine is `x`: without an expression it continues after the last unit.
func (v *values) Examine(format, text string) (string, error) {
	c := v.here()
	f, err := c.Session.ExamineFormat(format, format == "" && text == "")
	if err != nil {
		return "", err
	}
	var at table.Addr
	if text == "" {
		at, err = c.Session.ExamineNext()
	} else {
		var val expr.Value
		if val, err = c.Evaluate(text); err == nil {
			at, err = c.ExamineAddress(val)
		}
	}
	if err != nil {
		return "", err
	}
	return c.ExamineMemory(at, f, v.instruction)
}

// instruction returns an instruction as x/i shows it.
func (v *values) instruction(at table.Addr) (string, int, error) {
	var code [machine.MaxLen]byte
	n, err := v.s.ReadMemory(at, code[:])
	if n == 0 {
		return "", 0, &expr.MemoryError{Addr: at, Err: err}
	}
	i, err := v.s.Arch().Decode(at, code[:n])
	if err != nil {
		return "(bad)", 1, nil
	}
	return v.s.Style.Instruction(v.s.Arch(), &i, v.s.Symbolic), int(i.Len), nil
}

func (v *values) Locals() ([]string, error) {
	c := v.here()
	list, err := c.Locals()
	return lines(c, list, err)
}

func (v *values) Arguments() ([]string, error) {
	c := v.here()
	list, err := c.Args()
	return lines(c, list, err)
}

func lines(c *expr.Context, list []expr.Variable, err error) ([]string, error) {
	if err != nil {
		return nil, err
	}
	var out []string
	for _, x := range list {
		out = append(out, x.Name+" = "+c.Text(x, expr.Format{}))
	}
	return out, nil
}

// FrameArguments shows what "set print frame-arguments" says: by default scalars, and "..." for
// values with parts, as gdb does.
func (v *values) FrameArguments(level int) string {
	c := v.at(level)
	which := v.s.history.Options.Arguments
	if level >= len(c.Frames) {
		return ""
	}
	list, err := c.Args()
	if err != nil {
		return ""
	}
	if which == expr.ArgumentsPresence && len(list) > 0 {
		return "..."
	}
	var out []string
	for _, x := range list {
		out = append(out, c.Argument(x, func(x expr.Variable) string {
			switch which {
			case expr.ArgumentsAll:
				return c.Text(x, expr.Format{Line: true})
			case expr.ArgumentsScalars:
				return c.Summary(x)
			}
			return "..."
		}))
	}
	return strings.Join(out, ", ")
}

// bare strips typedefs and qualifiers.
func bare(t *expr.Type) *expr.Type {
	for i := 0; t != nil && i < 100 && (t.Kind == expr.Typedef || t.Kind == expr.Qualified); i++ {
		t = t.Elem
	}
	return t
}

// Returned returns a function's return value, "" if its type is void or unknown.
func (v *values) Returned(f *stepper.Finished) string {
	c := v.here()
	val, ok := c.Returned(f.Entry, &f.Result)
	if !ok {
		return ""
	}
	out, err := v.record(c, val, expr.Format{})
	if err != nil {
		return "<error: " + err.Error() + ">"
	}
	return out
}

// literal formats the low bytes of a register as a C number.
func literal(n uint64, t *expr.Type) string {
	if t.Size < 8 {
		n &= 1<<(8*uint(t.Size)) - 1
	}
	return fmt.Sprintf("%#xUL", n)
}

// watched is a watched expression: its address, and how it was shown last.
type watched struct {
	typ   *expr.Type
	addr  table.Addr
	local bool
	bytes string
	text  string
}

// Content formats bytes as a value of a watched expression's type. It formats numbers
// from the bytes, and reads values with parts again from memory.
func (v *values) Content(text string, b []byte) string {
	w := v.watches[text]
	if w == nil {
		return ""
	}
	if len(b) == 0 {
		return "<unreadable>"
	}
	if string(b) == w.bytes {
		return w.text
	}
	w.bytes, w.text = string(b), v.content(w, b)
	return w.text
}

func (v *values) content(w *watched, b []byte) string {
	var full [8]byte
	copy(full[:], b)
	n := binary.LittleEndian.Uint64(full[:])
	t := bare(w.typ)
	switch t.Kind {
	case expr.Float:
		if t.Size == 4 {
			return strconv.FormatFloat(float64(math.Float32frombits(uint32(n))), 'g', -1, 32)
		}
		return strconv.FormatFloat(math.Float64frombits(n), 'g', -1, 64)
	case expr.Int, expr.Char, expr.Bool, expr.Enum, expr.Pointer:
		if out, err := v.Output("", fmt.Sprintf("(%s)%s", w.typ, literal(n, t))); err == nil {
			return out
		}
	default:
		if out, err := v.Output("", fmt.Sprintf("{%s} %v", w.typ, w.addr)); err == nil {
			return out
		}
	}
	return fmt.Sprintf("%#x", n)
}

// Members implements Values.
func (v *values) Members(text string) []string { return v.here().Members(text) }

// Names returns the variables of the selected frame.
func (v *values) Names() []string {
	c := v.here()
	if len(c.Frames) == 0 {
		return nil
	}
	var out []string
	for _, list := range []func() ([]expr.Variable, error){c.Locals, c.Args} {
		vars, err := list()
		if err != nil {
			continue
		}
		for _, x := range vars {
			out = append(out, x.Name)
		}
	}
	return out
}

var errFormat = prompt.Message("Bad format string")
