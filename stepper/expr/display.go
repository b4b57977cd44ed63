package expr

import (
	"fmt"
	"strings"

	"rseqstep/table"
)

// Display is an expression that is shown at every stop.
type Display struct {
	Number int
	Expr   *Expr
	Text   string // the format as it was written after the slash, "" for none
	Format Format
	Memory bool // displayed as by "x": a size, a count, or the letters i and s imply it
	// CFA is the frame it belongs to, 0 for none: it is not shown in other
	// frames.
	CFA table.Addr
}

// NewDisplay reads a display's format and parses its expression.
func (c *Context) NewDisplay(number int, format, text string) (Display, error) {
	d := Display{Number: number, Text: format}
	f, err := ParseFormat(format, Format{})
	if err != nil {
		return d, err
	}
	d.Format = f
	d.Memory = f.Letter == 'i' || f.Letter == 's' || f.Size != 0 || f.Count > 1
	if d.Memory {
		if f.Letter == 0 {
			d.Format.Letter = 'x'
		}
		if f.Size == 0 {
			d.Format.Size = 'w'
			switch d.Format.Letter {
			case 's', 'i', 'c':
				d.Format.Size = 'b'
			case 'a':
				d.Format.Size = 'g'
			}
		}
	}
	if d.Expr, err = c.Parse(text); err != nil {
		return d, err
	}
	if f, err := c.frame(); err == nil && c.usesVariables(f, d.Expr.root) {
		d.CFA = f.CFA
	}
	return d, nil
}

// Show is the text of a display at a stop: "1: i = 3", or for memory the
// expression and its contents on separate lines. ok is false if the selected
// frame is not the display's.
func (c *Context) Show(d Display, dis Disassembler) (text string, ok bool, err error) {
	if d.CFA != 0 {
		if f, err := c.frame(); err != nil || f.CFA != d.CFA {
			return "", false, nil
		}
	}
	head := fmt.Sprintf("%d: ", d.Number)
	if d.Memory {
		head += "x"
	}
	if d.Text != "" {
		head += "/" + strings.TrimSpace(d.Text) + " "
	} else if d.Memory {
		head += " "
	}
	head += d.Expr.text
	v, err := c.Eval(d.Expr)
	if err != nil {
		return head, true, err
	}
	if d.Memory {
		saved, under, at := c.Session.Examine, c.Session.vars["_"], c.Session.vars["__"]
		defer func() { // a display does not change where a bare "x" continues
			c.Session.Examine = saved
			c.restore("_", under)
			c.restore("__", at)
		}()
		a, err := c.ExamineAddress(v)
		if err != nil {
			return head, true, err
		}
		lines, err := c.ExamineMemory(a, d.Format, dis)
		return head + "\n" + lines, true, err
	}
	text, err = c.Print(v, d.Format)
	return head + " = " + text, true, err
}

func (c *Context) restore(name string, v Value) {
	if v.Type == nil {
		delete(c.Session.vars, name)
		return
	}
	c.Session.vars[name] = v
}
