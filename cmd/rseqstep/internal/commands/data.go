package commands

import (
	"errors"
	"slices"
	"strconv"
	"strings"

	"rseqstep/cmd/rseqstep/internal/prompt"
	"rseqstep/cmd/rseqstep/internal/session"
	"rseqstep/cmd/rseqstep/internal/show"
)

func (d *desk) printing() []*prompt.Command {
	return []*prompt.Command{
		{Name: "print", Aliases: []string{"p", "inspect"}, Class: prompt.Data, Usage: "[-OPTION...] [/FMT] EXPR", Short: "Show the value of an expression", Repeat: prompt.RepeatSame,
			Long:   "-OPTION is one of \"set print\", for this once: -elements 4, -object. \"--\" ends\nthem.\nEXPR is in C, in a function of Rust in Rust (tup.0, n as u64, &list[1..]):\nvariables, registers ($rip), literals, casts, members, arrays, assignments.\n$ is the last value shown, $N the value numbered N, $name a variable of your\nown. FMT is one of x d u o t a c f s z.\nStrings, containers and smart pointers of the libraries of C++ (GCC's) and Rust\nare shown as gdb's printers show them; /r shows their members. v[1], m[\"key\"],\n*up, up->a, v.size() and up.get() call nothing in the program.",
			Ranked: true, Complete: d.variables,
			Run: func(args string) error { return d.withPrintOptions(args, d.print) }},
		{Name: "call", Class: prompt.Data, Usage: "[/FMT] EXPR", Short: "Call a function of the program; evaluate an expression", Repeat: prompt.RepeatSame,
			Long:   "Like \"print\", but shows nothing for a void value. The selected thread runs the\nfunction while all other threads run, as with \"continue\"; afterwards everything\nis as before, except for what the function did. A breakpoint or a signal in\nthe function stops there and abandons the expression. \"finish\" and \"continue\"\nwork there, and when the function returns, the thread is back where it was.\nAfter \"set unwindonsignal on\" a signal returns there at once. rseqstep calls no\nfunction in a thread that is inside a restartable sequence, because the call\nwould disarm it. String literals are placed on the program's stack.",
			Ranked: true, Complete: d.variables,
			Run: func(args string) error {
				format, expr := prompt.Format(args)
				if expr == "" {
					expr = "$"
				}
				text, err := d.Values().Call(format, expr)
				if err != nil || text == "" {
					return err
				}
				return d.showValue(expr, text)
			}},
		{Name: "output", Class: prompt.Data, Usage: "[/FMT] EXPR", Short: "Show a value without \"$N =\" and without a newline", Ranked: true, Complete: d.variables,
			Run: func(args string) error {
				format, expr := prompt.Format(args)
				text, err := d.Values().Output(format, expr)
				if err != nil {
					return err
				}
				d.printf("%s", text)
				return nil
			}},
		{Name: "printf", Class: prompt.Data, Usage: "\"FORMAT\", EXPR...", Short: "Show values as C's printf would", Ranked: true, Complete: d.variables,
			Run: func(args string) error {
				text, err := d.Values().Printf(args)
				if err != nil {
					return err
				}
				d.printf("%s", text)
				return nil
			}},
		{Name: "echo", Class: prompt.Data, Usage: "TEXT", Short: "Print text; C's backslash escapes work",
			Run: func(args string) error { d.printf("%s", unescape(args)); return nil }},
		{Name: "ptype", Class: prompt.Data, Usage: "[/o] TYPE|EXPR", Short: "Show a type with its members", Long: "/o: with the members' offsets and sizes, and the holes between them.", Ranked: true, Complete: d.variables,
			Run: func(args string) error { return d.typeOf(args, true) }},
		{Name: "whatis", Class: prompt.Data, Usage: "TYPE|EXPR", Short: "Show the name of a type", Ranked: true, Complete: d.variables,
			Run: func(args string) error { return d.typeOf(args, false) }},
	}
}

func (d *desk) print(args string) error {
	format, expr := prompt.Format(args)
	if expr == "" {
		expr = "$"
	}
	text, err := d.Values().Print(format, expr)
	if err != nil {
		return err
	}
	return d.showValue(expr, text)
}

// showValue shows what print made of an expression: "$1 = 5".
func (d *desk) showValue(expression, text string) error {
	if d.JSON == nil {
		d.printf("%s\n", text)
		return nil
	}
	p := show.Printed{Expression: expression, Value: text}
	if number, value, ok := strings.Cut(text, " = "); ok && strings.HasPrefix(number, "$") {
		if n, err := strconv.Atoi(number[1:]); err == nil {
			p.Number, p.Value = n, value
			p.Type, _ = d.Values().TypeOf(number, false)
		}
	}
	return p.WriteJSON(d.JSON)
}

func (d *desk) typeOf(args string, deep bool) error {
	flags, expr := prompt.Format(args)
	text, err := d.describedType(flags, expr, deep)
	if err != nil {
		return err
	}
	info := map[bool]string{true: "ptype", false: "whatis"}[deep]
	if done, err := d.asJSON(info, show.Fields{"expression": expr, "type": text}); done {
		return err
	}
	if !strings.HasPrefix(text, "/*") {
		text = "type = " + text
	}
	d.printf("%s\n", text)
	return nil
}

// describedType is what whatis and ptype show of a type: with the flag o, its members' offsets.
func (d *desk) describedType(flags, expression string, deep bool) (string, error) {
	for _, c := range flags {
		if !strings.ContainsRune("omtrMT", c) {
			return "", prompt.Message("unrecognized flag '%c'", c)
		}
	}
	if !deep || !strings.Contains(flags, "o") {
		return d.Values().TypeOf(expression, deep)
	}
	c := d.Expressions()
	e, err := c.Parse(expression)
	if err != nil {
		return "", err
	}
	text, err := c.PtypeOffsets(e)
	return strings.TrimPrefix(text, "type = "), err
}

// variables completes variables, functions and registers.
func (d *desk) variables(args string) []string {
	if i := strings.LastIndexAny(args, " \t(*&,=+-!<>["); strings.HasPrefix(args[i+1:], "$") {
		return d.registerNames()
	}
	if base, kept, ok := member(args); ok {
		var out []string
		for _, name := range d.Values().Members(base) {
			out = append(out, kept+name)
		}
		return out
	}
	return append(d.Values().Names(), d.SymbolNames(args[strings.LastIndexAny(args, " \t(*&,=+-!<>[")+1:])...)
}

// member splits an expression that ends with "BASE->NAME" or "BASE.NAME", where NAME may be
// incomplete. kept is the part of the last word, as completion sees it, before NAME.
func member(args string) (base, kept string, ok bool) {
	end := len(args)
	for end > 0 && isIdentifier(args[end-1]) {
		end--
	}
	whole := args[:end]
	before, arrow := strings.CutSuffix(whole, "->")
	if !arrow {
		if before, ok = strings.CutSuffix(whole, "."); !ok {
			return "", "", false
		}
		kept = whole[strings.LastIndexAny(whole, " \t(*&,=+-!<>[")+1:]
	}
	start, depth := len(before), 0
	for start > 0 {
		c := before[start-1]
		switch {
		case c == ')' || c == ']':
			depth++
		case depth > 0 && (c == '(' || c == '['):
			depth--
		case depth > 0 || isIdentifier(c) || c == '.' || c == ':' || c == '$':
		case c == '>' && start > 1 && before[start-2] == '-':
			start--
		default:
			return before[start:], kept, before[start:] != ""
		}
		start--
	}
	return before, kept, before != "" && depth == 0
}

func isIdentifier(c byte) bool {
	return c == '_' || c >= '0' && c <= '9' || c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z'
}

// unescape replaces the escapes of echo: \n, \t, \a, \e, \\, \" and octal.
func unescape(s string) string {
	var b strings.Builder
	for i := 0; i < len(s); i++ {
		if s[i] != '\\' || i+1 >= len(s) {
			if s[i] != '\\' {
				b.WriteByte(s[i])
			}
			continue
		}
		i++
		switch c := s[i]; {
		case c == 'n':
			b.WriteByte('\n')
		case c == 't':
			b.WriteByte('\t')
		case c == 'a':
			b.WriteByte('\a')
		case c == 'e':
			b.WriteByte(0x1b)
		case c >= '0' && c <= '7':
			v := 0
			n := 0
			for ; n < 3 && i+n < len(s) && s[i+n] >= '0' && s[i+n] <= '7'; n++ {
				v = v*8 + int(s[i+n]-'0')
			}
			b.WriteByte(byte(v))
			i += n - 1
		default:
			b.WriteByte(c)
		}
	}
	return b.String()
}

func (d *desk) displays() []*prompt.Command {
	return []*prompt.Command{
		{Name: "display", Class: prompt.Data, Usage: "[/FMT] [EXPR]", Short: "Show an expression at every stop; without EXPR, all now", Ranked: true, Complete: d.variables,
			Run: func(args string) error {
				if args == "" {
					d.ShowDisplays()
					return nil
				}
				format, expr := prompt.Format(args)
				if expr == "" {
					return prompt.Message("Argument required (expression to show).")
				}
				return d.AddDisplay(format, expr)
			}},
		{Name: "undisplay", Class: prompt.Data, Usage: "[N...]", Short: "Delete displays; all of them without N", Run: d.undisplay},
	}
}

func (d *desk) undisplay(args string) error {
	if args == "" {
		if len(d.Displays()) > 0 {
			if err := d.Ask(nil, "Delete all auto-display expressions?"); err != nil {
				return err
			}
		}
		d.Undisplay(0)
		return nil
	}
	list, err := d.numbers(args)
	if err != nil {
		return err
	}
	for _, n := range list {
		if !d.Undisplay(n) {
			d.printf("No display number %d.\n", n)
		}
	}
	return nil
}

func (d *desk) display(name, short string, enable bool) *prompt.Command {
	return &prompt.Command{Name: name, Usage: "[N...]", Short: short, Run: func(args string) error {
		list, err := d.numbers(args)
		if err != nil {
			return err
		}
		for _, disp := range d.Displays() {
			if len(list) == 0 || slices.Contains(list, disp.Number) {
				disp.Enabled = enable
			}
		}
		for _, n := range list {
			if !slices.ContainsFunc(d.Displays(), func(x *session.Display) bool { return x.Number == n }) {
				d.printf("No display number %d.\n", n)
			}
		}
		return nil
	}}
}

func (d *desk) memory() []*prompt.Command {
	return []*prompt.Command{d.find(), {Name: "x", Class: prompt.Data, Usage: "[/NFU] [ADDRESS]", Short: "Examine memory", Repeat: prompt.RepeatBare,
		Long:   "N is how many units, F a format (x d u o t a c f s i), U a unit size: b 1, h 2,\nw 4, g 8 bytes. Without ADDRESS, and on an empty line, it continues after the\nlast unit shown.",
		Ranked: true, Complete: d.variables,
		Run: func(args string) error {
			format, expr := prompt.Format(args)
			text, err := d.Values().Examine(format, expr)
			if d.JSON != nil {
				if text == "" {
					return err
				}
				_, wrote := d.asJSON("memory", show.Fields{"expression": expr, "format": format, "memory": memoryOf(text)})
				return errors.Join(err, wrote)
			}
			if text != "" {
				d.printf("%s", text)
				if !strings.HasSuffix(text, "\n") {
					d.printf("\n")
				}
			}
			return err
		}}}
}
