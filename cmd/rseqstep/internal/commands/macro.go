package commands

import (
	"slices"
	"strings"

	"rseqstep/cmd/rseqstep/internal/prompt"
	"rseqstep/stepper/macro"
)

// macros is `macro`.
func (d *desk) macros() []*prompt.Command {
	expand := &prompt.Command{Name: "expand", Aliases: []string{"exp"}, Usage: "EXPR", Short: "Expand the macros in an expression", Run: d.macroExpand}
	subs := prompt.NewRegistry("macro", expand,
		&prompt.Command{Name: "define", Usage: "NAME[(PARAMS)] [BODY]", Short: "Define a macro", Long: "It takes precedence over the program's.", Run: d.macroDefine},
		&prompt.Command{Name: "undef", Usage: "NAME", Short: "Delete a macro that \"macro define\" defined", Run: d.macroUndefine},
		&prompt.Command{Name: "list", Short: "List the macros that \"macro define\" defined", Run: d.macroList},
	)
	return []*prompt.Command{{Name: "macro", Class: prompt.Data, Usage: "define|expand|list|undef", Short: "C preprocessor macros",
		Long: "Expressions may use the macros of the program if it was built with -g3, as they\nare defined at the selected frame's line, and those of \"macro define\".", Subs: subs}}
}

func (d *desk) macroExpand(args string) error {
	if args == "" {
		return prompt.Message("You must follow the `macro expand' command with the expression you\nwant to expand.")
	}
	text, err := d.Expressions().ExpandMacros(args)
	if err != nil {
		return err
	}
	d.printf("expands to: %s\n", text)
	return nil
}

func (d *desk) macroDefine(args string) error {
	m := macro.Parse(args)
	if m.Name == "" || m.Name[0] >= '0' && m.Name[0] <= '9' {
		return prompt.Message("Invalid macro name.")
	}
	s := d.Expressions().Session
	if s.Macros == nil {
		s.Macros = map[string]macro.Definition{}
	}
	s.Macros[m.Name] = m
	return nil
}

func (d *desk) macroUndefine(args string) error {
	if args == "" {
		return prompt.Message("usage: macro undef <macro>")
	}
	delete(d.Expressions().Session.Macros, args)
	return nil
}

func (d *desk) macroList(string) error {
	var names []string
	for name := range d.Expressions().Session.Macros {
		names = append(names, name)
	}
	slices.Sort(names)
	for _, name := range names {
		d.printf("macro define %s\n", d.Expressions().Session.Macros[name])
	}
	return nil
}

// infoMacro is `info macro NAME`.
func (d *desk) infoMacro(args string) error {
	name := strings.TrimSpace(args)
	for _, option := range []string{"-all", "-a", "--"} { // there is one definition at a line
		name = strings.TrimSpace(strings.TrimPrefix(name, option))
	}
	if name == "" {
		return prompt.Message("You must follow the `info macro' command with the name of the macro\nwhose definition you want to see.")
	}
	c := d.Expressions()
	if m, ok := c.Macro(name); ok {
		d.showMacro(m)
		return nil
	}
	t, at := c.Macros()
	if t == nil {
		d.printf("The symbol `%s' has no definition as a C/C++ preprocessor macro\n: the program was built without -g3, or is not at a line of a file that was.\n", name)
		return nil
	}
	d.printf("The symbol `%s' has no definition as a C/C++ preprocessor macro\nat %s:%d\n", name, at.File, at.Line)
	return nil
}

// infoMacros is `info macros`.
func (d *desk) infoMacros(args string) error {
	if err := noArgs(args); err != nil {
		return err
	}
	for _, m := range d.Expressions().VisibleMacros() {
		d.printf("#define %s\n", m)
	}
	return nil
}

// showMacro shows a definition as gdb does. One of line 0 is the command line's or the compiler's.
func (d *desk) showMacro(m macro.Definition) {
	switch {
	case m.Place.File == "":
		d.printf("Defined by \"macro define\"\n#define %s\n", m)
		return
	case m.Place.Line == 0:
		d.printf("Defined at %s:0\n-D%s=%s\n", m.Place.File, strings.TrimSpace(strings.TrimSuffix(m.String(), m.Body)), m.Body)
		return
	}
	d.printf("Defined at %s:%d\n", m.Place.File, m.Place.Line)
	for _, p := range m.Included {
		d.printf("  included at %s:%d\n", p.File, p.Line)
	}
	d.printf("#define %s\n", m)
}
