package commands

import (
	"fmt"
	"strconv"
	"strings"
	"text/tabwriter"

	"rseqstep/cmd/rseqstep/internal/prompt"
	"rseqstep/cmd/rseqstep/internal/session"
	"rseqstep/cmd/rseqstep/internal/show"
	"rseqstep/stepper"
	"rseqstep/stepper/expr"
)

func (d *desk) info() []*prompt.Command {
	sub := func(name string, aliases []string, usage, short string, run func(string) error) *prompt.Command {
		return &prompt.Command{Name: name, Aliases: aliases, Usage: usage, Short: short, Run: run}
	}
	list := func(info string, what func(*expr.Context) ([]expr.Variable, error), text func(session.Values) ([]string, error), none string) func(string) error {
		return func(string) error {
			if d.JSON != nil {
				vars, err := what(d.Expressions())
				_, err = d.variablesOf(info, vars, err)
				return err
			}
			lines, err := text(d.Values())
			if err != nil {
				return err
			}
			if len(lines) == 0 {
				d.printf("%s\n", none)
			}
			for _, l := range lines {
				d.printf("%s\n", l)
			}
			return nil
		}
	}
	pattern := func(what func(session.Values, string) ([]string, error)) func(string) error {
		return func(re string) error {
			lines, err := what(d.Values(), re)
			if err != nil {
				return err
			}
			d.printf("%s\n", strings.Join(lines, "\n"))
			return nil
		}
	}
	subs := prompt.NewRegistry("info",
		sub("breakpoints", []string{"b", "br", "break"}, "[N...]", "Breakpoints, watchpoints and catchpoints", d.infoBreakpoints),
		sub("watchpoints", []string{"wat"}, "[N...]", "Watchpoints", d.infoWatchpoints),
		sub("threads", []string{"thr"}, "", "Threads of the program", d.infoThreads),
		sub("registers", []string{"r"}, "[NAME...]", "General registers, or those named", d.infoRegisters),
		sub("all-registers", nil, "[NAME...]", "All registers", d.infoAllRegisters),
		sub("locals", nil, "", "Local variables of the selected frame", list("locals", (*expr.Context).Locals, session.Values.Locals, "No locals.")),
		sub("args", nil, "", "Arguments of the selected frame", list("args", (*expr.Context).Args, session.Values.Arguments, "No arguments.")),
		sub("functions", nil, "[REGEXP]", "Functions", pattern(session.Values.Functions)),
		sub("variables", nil, "[REGEXP]", "Global and static variables", pattern(func(v session.Values, re string) ([]string, error) { return v.Globals(re, false) })),
		sub("types", nil, "[REGEXP]", "Types", pattern(func(v session.Values, re string) ([]string, error) { return v.Globals(re, true) })),
		sub("macro", nil, "NAME", "A macro's definition at the selected frame's line", d.infoMacro),
		sub("macros", nil, "", "The macros that are defined at the selected frame's line", d.infoMacros),
		sub("line", nil, "[LOCATION]", "Addresses of a source line", d.infoLine),
		sub("address", nil, "SYMBOL", "Where a symbol is", d.infoAddress),
		&prompt.Command{Name: "stack", Aliases: []string{"s"}, Usage: "[full] [N|-N]", Short: "The stack, as backtrace shows it", Run: d.backtrace},
		sub("symbol", []string{"sym"}, "ADDRESS", "The symbol at an address", d.infoSymbol),
		sub("frame", []string{"f"}, "", "The selected frame in detail", d.infoFrame),
		sub("source", nil, "", "The current source file", d.infoSource),
		sub("signals", []string{"handle"}, "[SIGNAL]", "How signals are handled", d.infoSignals),
		sub("sharedlibrary", []string{"dll", "share"}, "", "Shared libraries loaded", d.infoShared),
		sub("files", []string{"target"}, "", "The program's file and process", d.infoProgram),
		sub("program", nil, "", "The state of the program", d.infoProgram),
		d.proc(),
		sub("auxv", nil, "", "The auxiliary vector that the kernel gave the program", d.infoAuxv),
		&prompt.Command{Name: "scope", Usage: "LOCATION", Short: "The variables of the blocks around a location", Run: d.infoScope, Ranked: true, Complete: d.locations},
		sub("inferiors", nil, "", "The process", d.infoProgram),
		sub("display", nil, "", "Expressions shown at every stop", d.infoDisplay),
		&prompt.Command{Name: "rseq", Usage: "[--all] [REGEXP] | ops [SECTION]", Short: "Restartable sequences: sections, threads, counts", Run: d.infoRseq, Complete: func(string) []string { return []string{"--all"} },
			Long: "Says how many sections each file declares, how many of those could be decoded,\nand how many rseqstep has seen run: it sees those that a thread has armed while\nit is stopped, and those that it stepped through. Then it lists the sections\nthat ran, with how often and how that ended; if there are few, all of them.\n--all lists all; REGEXP, those whose function, source or file matches.\n\nThen, for each thread: its rseq area and the registered size; the mode, \"legacy\"\n(the kernel writes the CPU number each time the thread was scheduled out) or\n\"optimized\" (only when it changes, and the program must not write it); the CPU\nnumber in the area; the time slice extension: none, off, on, requested or\ngranted; and the section that it has armed. On a narrow terminal columns are\nleft out (\"set width\").",
			Subs: prompt.NewRegistry("info rseq", &prompt.Command{Name: "ops", Usage: "[SECTION|all]", Short: "What a sequence does, as a cpu_opv vector in words", Run: d.infoOps, Complete: d.functionsOfSections,
				Long: "SECTION is a number, an address inside the section (0x…, $pc, *EXPR) or of its\ndescriptor, or the function that contains it. The default is the section that\nthe thread is inside or about to arm, or else all of them. In the output, [x]\nstands for the 8 bytes at x, u32[x] for 4 of them, and a register for its value\nat the start of the section."})},
		sub("skip", nil, "[N...]", "Functions that step does not enter", d.infoSkip),
		sub("vdso", nil, "", "Functions of the vDSO", d.infoVDSO),
	)
	subs.Absent = absentInfo()
	for _, c := range subs.Commands() {
		switch c.Name {
		case "registers", "all-registers":
			c.Complete = func(string) []string { return d.bareRegisterNames() }
		case "line":
			c.Complete = d.locations
		case "signals":
			c.Complete = func(string) []string { return signalNames() }
		}
	}
	return []*prompt.Command{{Name: "info", Aliases: []string{"i", "inf"}, Class: prompt.Status, Usage: "SUBJECT", Short: "Show information about a subject", Subs: subs, Repeat: prompt.RepeatSame}}
}

func (d *desk) infoWatchpoints(args string) error {
	return d.tableOfBreakpoints(args, "No watchpoints.", (*session.Breakpoint).Watch)
}

func (d *desk) infoBreakpoints(args string) error {
	return d.tableOfBreakpoints(args, "No breakpoints or watchpoints.", func(*session.Breakpoint) bool { return true })
}

func (d *desk) tableOfBreakpoints(args, none string, want func(*session.Breakpoint) bool) error {
	only := map[int]bool{}
	list, err := d.numbers(args)
	if err != nil {
		return err
	}
	for _, n := range list {
		only[n] = true
	}
	var rows []*session.Breakpoint
	for _, b := range d.Breakpoints() {
		if want(b) && (len(only) == 0 || only[b.Number]) {
			rows = append(rows, b)
		}
	}
	if done, err := d.asJSON("breakpoints", show.BreakpointFields(rowsOf(rows))); done {
		return err
	}
	if len(rows) == 0 && len(list) > 0 {
		none = fmt.Sprintf("No breakpoint or watchpoint matching '%s'.", args)
	}
	if len(rows) == 0 {
		d.printf("%s\n", none)
		return nil
	}
	show.Breakpoints(d.Out, rowsOf(rows), d.Style)
	return nil
}

func rowsOf(list []*session.Breakpoint) []show.BreakpointRow {
	var rows []show.BreakpointRow
	for _, b := range list {
		rows = append(rows, show.BreakpointRow{Number: b.Number, Kind: b.Kind, Temporary: b.Temporary, Once: b.Once, Count: b.Count, Enabled: b.Enabled, Pending: b.Pending,
			Location: b.Location, What: b.What(), Event: b.Event != nil, Print: b.Print, Places: b.Places, Condition: b.Condition, Thread: b.Thread, Hits: b.Hits, Ignore: b.Ignore, Commands: b.Commands})
	}
	return rows
}

func (d *desk) infoThreads(string) error {
	e, err := d.Engine()
	if err != nil {
		d.printf("No threads.\n")
		return nil
	}
	if d.JSON != nil {
		return d.threadsJSON(e)
	}
	current := e.Thread()
	tw := tabwriter.NewWriter(d.Out, 0, 8, 1, ' ', 0)
	fmt.Fprintln(tw, "  Id\tTarget Id\tFrame")
	for _, t := range e.Threads() {
		mark := " "
		if t.TID == current {
			mark = "*"
		}
		frame := show.Address(t.PC)
		if f, err := d.FrameOf(t.TID); err == nil {
			frame = f.Text(d.Style)
		}
		fmt.Fprintf(tw, "%s %d\t%s\t%s\n", mark, t.Number, d.target(t), frame)
	}
	return tw.Flush()
}

func (d *desk) threadsJSON(e *stepper.Engine) error {
	list := []show.JSONThread{}
	for _, t := range e.Threads() {
		f, err := d.FrameOf(t.TID)
		if err != nil {
			f = nil
		}
		list = append(list, show.NewJSONThread(t, d.ThreadName(t), t.TID == e.Thread(), f))
	}
	_, err := d.asJSON("threads", show.Fields{"threads": list})
	return err
}

func (d *desk) infoLine(args string) error {
	if args == "" {
		l, err := d.DefaultLine()
		if err != nil {
			return err
		}
		args = fmt.Sprintf("%s:%d", l.File, l.Line)
	}
	places, err := d.Lookup(args)
	if err != nil {
		return err
	}
	sy, lines := d.Symbols(), []show.JSONLine{}
	_, err = strconv.Atoi(args[strings.LastIndexByte(args, ':')+1:])
	for _, p := range places {
		if f, ok := sy.Function(p.Addr); ok && err != nil && f.Body == p.Addr && args[0] != '*' {
			p = d.PlaceOf(f.Entry) // a function's line is that of its name, not of the first statement in its body
		}
		if p.Line.Line == 0 {
			d.printf("No line number information available for address %v <%s>\n", p.Addr, d.Symbolic(p.Addr))
			continue
		}
		r, ok := d.RowAt(p.Addr)
		switch {
		case !ok:
			continue
		case d.JSON != nil:
			lines = append(lines, show.JSONLine{File: r.Line.File, Line: r.Line.Line, Start: r.Low.String(), End: r.High.String(), Function: r.Function})
		default:
			d.printf("Line %d of %q starts at address %v <%s> and ends at %v <%s>.\n", r.Line.Line, show.Path(r.Line.File), r.Low, d.Symbolic(r.Low), r.High, d.Symbolic(r.High))
		}
		d.Examined(r.Low)
	}
	if len(lines) > 0 {
		_, err := d.asJSON("line", show.Fields{"lines": lines})
		return err
	}
	return nil
}

// infoScope names the variables that can be seen at a location.
func (d *desk) infoScope(args string) error {
	if args == "" {
		return prompt.Message("requires an argument (function, line or *addr): try \"info scope main\"")
	}
	places, err := d.Lookup(args)
	if err != nil {
		return err
	}
	for _, p := range places {
		list, err := d.Values().Scope(p.Addr)
		if err != nil {
			return err
		}
		if len(list) == 0 {
			d.printf("Scope for %s:\nContains no locals or arguments.\n", args)
			continue
		}
		d.printf("Scope for %s:\n", args)
		for _, x := range list {
			d.printf("Symbol %s is a variable of type %s.\n", x.Name, x.Type)
		}
	}
	return nil
}

func (d *desk) infoSymbol(args string) error {
	a, err := d.Values().Address(args)
	if err != nil {
		return err
	}
	sy := d.Symbols()
	if sy == nil {
		return prompt.Message("No symbol table is loaded.  Use the \"file\" command.")
	}
	name, off, ok := sy.Symbol(a)
	if done, err := d.asJSON("symbol", show.Fields{"address": a.String(), "symbol": name, "offset": off, "module": d.ModuleName(a), "found": ok}); done {
		return err
	}
	if !ok {
		d.printf("No symbol matches %s.\n", args)
		return nil
	}
	if off > 0 {
		name = fmt.Sprintf("%s + %d", name, off)
	}
	section, file := d.SectionOf(a), d.ModuleName(a)
	switch {
	case section == "":
		d.printf("%s in %s\n", name, file)
	case !d.HasProcess(): // there is one file
		d.printf("%s in section %s\n", name, section)
	default:
		d.printf("%s in section %s of %s\n", name, section, file)
	}
	return nil
}
