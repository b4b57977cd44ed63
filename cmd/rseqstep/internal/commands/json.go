package commands

import (
	"bytes"
	"io"
	"strings"

	"rseqstep/cmd/rseqstep/internal/prompt"
	"rseqstep/cmd/rseqstep/internal/show"
	"rseqstep/stepper/expr"
)

// asJSON writes what a command shows as an object if objects are asked for, and reports whether
// it did. Under --json a command that only shows something and does not call asJSON is shown as
// an object with its text: see counted.
func (d *desk) asJSON(info string, f show.Fields) (done bool, err error) {
	if d.JSON == nil {
		return false, nil
	}
	return true, show.WriteInfo(d.JSON, info, f)
}

// counter counts the objects that a command writes.
type counter struct {
	io.Writer
	n int
}

func (c *counter) Write(p []byte) (int, error) { c.n++; return c.Writer.Write(p) }

// counted runs a command that only shows something under --json: text that it shows is written as
// the lines of an object, unless it has written one itself.
func (d *desk) counted(info string, run func() error) error {
	objects, out, style := &counter{Writer: d.JSON}, d.Out, d.Style
	var text bytes.Buffer
	d.JSON, d.Out, d.Style.Color = objects, &text, false
	err := run()
	d.JSON, d.Out, d.Style = objects.Writer, out, style
	if text.Len() == 0 || objects.n > 0 {
		_, wrote := d.Out.Write(text.Bytes())
		if err == nil {
			err = wrote
		}
		return err
	}
	lines := strings.Split(strings.TrimRight(text.String(), "\n"), "\n")
	if _, wrote := d.asJSON(info, show.Fields{"lines": lines}); err == nil {
		err = wrote
	}
	return err
}

// shows reports whether a command's text is data, so that --json writes it as an object.
func shows(c *prompt.Command) bool {
	switch c.Name {
	case "help", "apropos", "complete":
		return false
	case "x", "ptype", "whatis", "output", "printf", "display", "macro":
		return true
	}
	return lists(c)
}

// infoName is how an object names the command of a line: "source" for info source.
func (d *desk) infoName(line string) string {
	cmd, _, err := d.in.Resolve(line)
	if err != nil {
		return ""
	}
	return cmd.Name
}

// variablesOf are variables for JSON.
func (d *desk) variablesOf(info string, list []expr.Variable, err error) (bool, error) {
	if d.JSON == nil || err != nil {
		return err != nil, err
	}
	c, out := d.Expressions(), []show.JSONVariable{}
	for _, x := range list {
		v := show.JSONVariable{Name: x.Name, Value: c.Text(x, expr.Format{})}
		if x.Value.Type != nil {
			v.Type = x.Value.Type.String()
		}
		out = append(out, v)
	}
	return d.asJSON(info, show.Fields{"variables": out})
}

// memoryOf are the lines of x for JSON: "=> 0x1149 <main+4>:\tadd ...".
func memoryOf(text string) (list []show.JSONMemory) {
	for _, line := range strings.Split(strings.TrimRight(text, "\n"), "\n") {
		head, values, ok := strings.Cut(line, ":\t")
		if !ok {
			continue
		}
		address, symbol, _ := strings.Cut(strings.TrimSpace(strings.TrimPrefix(head, "=>")), " ")
		list = append(list, show.JSONMemory{Address: address, Symbol: strings.Trim(symbol, "<>"), Values: strings.Split(values, "\t")})
	}
	return list
}
