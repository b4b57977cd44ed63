package commands

import (
	"strconv"
	"strings"

	"rseqstep/cmd/rseqstep/internal/prompt"
	"rseqstep/cmd/rseqstep/internal/session"
)

// setting is one name of `set` and `show`.
type setting struct {
	names []string // the first is the name, others are aliases
	short string   // what `show` prints: "Whether to …"
	long  string
	words []string      // values, for completion; nil for free text
	get   func() string // as set takes it
	set   func(string) error
	quote bool // `show` prints the value in quotes
}

// groupAliases are gdb's abbreviations of groups of settings.
var groupAliases = map[string][]string{"print": {"p", "pr"}}

func (d *desk) settings() []*prompt.Command {
	set := prompt.NewRegistry("set")
	set.Absent = absentSettings()
	show := prompt.NewRegistry("show")
	show.Absent = set.Absent
	nested := map[string][2]*prompt.Registry{}
	for _, st := range d.table() {
		toSet, toShow := set, show
		name := st.names[0]
		if group, leaf, ok := strings.Cut(name, " "); ok {
			if _, ok := nested[group]; !ok {
				regs := [2]*prompt.Registry{prompt.NewRegistry("set " + group), prompt.NewRegistry("show " + group)}
				nested[group] = regs
				set.Add(&prompt.Command{Name: group, Aliases: groupAliases[group], Short: "Settings of " + group, Subs: regs[0]})
				show.Add(&prompt.Command{Name: group, Aliases: groupAliases[group], Short: "Settings of " + group, Subs: regs[1]})
			}
			toSet, toShow, name = nested[group][0], nested[group][1], leaf
		}
		values := func(string) []string { return st.words }
		toSet.Add(&prompt.Command{Name: name, Aliases: st.names[1:], Short: st.short, Long: st.long, Usage: strings.Join(st.words, "|"), Run: st.set, Complete: values})
		toShow.Add(&prompt.Command{Name: name, Aliases: st.names[1:], Short: st.short, Long: st.long, Run: func(string) error {
			value := st.get()
			if st.quote {
				value = strconv.Quote(value)
			}
			d.printf("%s: %s.\n", st.short, value)
			return nil
		}})
	}
	set.Add(&prompt.Command{Name: "variable", Aliases: []string{"var"}, Usage: "EXPR", Short: "Evaluate an assignment", Ranked: true, Complete: d.variables, Run: d.assign})
	set.Add(&prompt.Command{Name: "environment", Aliases: []string{"env"}, Usage: "NAME[=| ]VALUE", Short: "Set a variable of the program's environment", Run: func(args string) error {
		name, value, ok := strings.Cut(args, "=")
		if !ok || strings.Contains(strings.TrimSpace(name), " ") {
			name, value, _ = strings.Cut(args, " ")
		}
		if name = strings.TrimSpace(name); name == "" {
			return prompt.Message("Argument required (environment variable and value).")
		}
		d.Env.Set(name, strings.TrimSpace(value))
		return nil
	}})
	show.Add(&prompt.Command{Name: "environment", Aliases: []string{"env"}, Usage: "[NAME]", Short: "The program's environment", Run: func(args string) error {
		if args == "" {
			for _, v := range d.Env.List() {
				d.printf("%s\n", v)
			}
		} else if v, ok := d.Env.Lookup(args); ok {
			d.printf("%s = %s\n", args, v)
		} else {
			d.printf("Environment variable %q not defined.\n", args)
		}
		return nil
	}})
	d.substitutePath(set, show)
	show.Add(&prompt.Command{Name: "version", Short: "The debugger's version", Run: func(string) error { d.printf("%s\n", d.About); return nil }})
	unset := prompt.NewRegistry("unset", &prompt.Command{Name: "environment", Aliases: []string{"env"}, Usage: "[NAME]", Short: "Remove a variable of the program's environment, or all",
		Run: func(args string) error {
			if args == "" {
				if err := d.sure(nil, "Delete all environment variables?"); err != nil {
					return err
				}
			}
			d.Env.Unset(args)
			return nil
		}},
		&prompt.Command{Name: "args", Short: "Forget the program's arguments", Run: func(string) error { return d.SetArgs("") }})
	unset.Add(d.unsubstitutePath())
	return []*prompt.Command{
		{Name: "set", Class: prompt.Support, Usage: "SETTING VALUE | VARIABLE = EXPR", Short: "Change a setting or a variable", Subs: set, Ranked: true, Complete: d.variables,
			Run: func(args string) error {
				if word, _ := prompt.Split(args); !strings.Contains(args, "=") && word != "" && !strings.HasPrefix(args, "$") {
					_, err := set.Find(word)
					return err
				}
				return d.assign(args)
			}},
		{Name: "show", Class: prompt.Support, Usage: "SETTING", Short: "Show a setting", Subs: show},
		{Name: "unset", Class: prompt.Support, Usage: "environment [NAME]", Short: "Undo \"set\"", Subs: unset},
	}
}

func (d *desk) assign(args string) error {
	if args == "" {
		return prompt.Message("Argument required (expression to compute).")
	}
	return d.Values().Evaluate(args)
}

// table lists the settings.
func (d *desk) table() []setting {
	s := &d.Settings
	flag := func(p *bool, short, long string, names ...string) setting {
		return setting{names: names, short: short, long: long, words: []string{"on", "off"},
			get: func() string { return onOff(*p) },
			set: func(text string) error {
				b, err := on(text)
				if err == nil {
					*p = b
					d.Apply()
				}
				return err
			}}
	}
	number := func(p *int, least int, short, long string, names ...string) setting {
		return setting{names: names, short: short, long: long,
			get: func() string {
				if *p == 0 && least == 0 {
					return "unlimited"
				}
				return strconv.Itoa(*p)
			},
			set: func(text string) error {
				n := 0
				if text != "unlimited" {
					var err error
					if n, err = strconv.Atoi(text); err != nil {
						return prompt.Message("%q is not an integer.", text)
					}
				}
				if n < least {
					return prompt.Message("%d is too small; the least is %d.", n, least)
				}
				*p = n
				d.Apply()
				return nil
			}}
	}
	aslr := flag(&s.ASLR, "Whether to disable address space randomization", "", "disable-randomization")
	aslr.get = func() string { return onOff(!s.ASLR) }
	aslr.set = func(text string) error {
		b, err := on(text)
		if err == nil {
			s.ASLR = !b
		}
		return err
	}
	return append(d.printSettings(), []setting{
		flag(&s.Confirm, "Whether to ask before destructive commands", "", "confirm"),
		flag(&s.Pagination, "Whether long output goes through $PAGER", "", "pagination"),
		d.width(number(&s.Width, 0, "How wide the tables of \"info rseq\" may be", "A number of columns, unlimited (or 0), or terminal (the default): as wide as the\nterminal.", "width")),
		d.height(number(&s.Height, 0, "Screen lines above which output is long", "0: output is never long. The default is what the terminal has.", "height")),
		number(&s.ListSize, 1, "How many lines \"list\" shows", "", "listsize"),
		aslr,
		flag(&s.Inside, "Whether instruction steps enter rseq sections",
			"on: stepi steps through a sequence one instruction at a time, in a quiet phase:\nevery other thread is stopped, the thread is pinned to its CPU, and its rseq\nregistration is removed meanwhile. The thread stays live and still commits.\noff: a sequence is one step; \"stepi --inside\" enters it for one command.", "inside"),
		number(&s.StuckLimit, 1, "Passes without a commit before rseqstep helps",
			"A pass is one run of a restartable sequence. Stepping commands count, for each\nthread and sequence, the passes since the last commit. The count goes on from\none command to the next, so that a retry loop of several lines is helped too.\nWhen it reaches the limit, rseqstep helps, and the stop names the rung:\n  rung 1  (until then) the sequence runs natively\n  rung 2  after aborts: do its work by a cpu_opv vector (\"help inject\")\n  rung 3  if there is no vector, or after side exits: step it in a quiet phase\n          (\"help set inside\")\n  rung 4  if quiet phases do not commit either: run until the function returns\n\"continue\" does not count passes (\"help set stuck\").", "stuck-limit"),
		flag(&s.SkipSystem, "Whether step skips functions of system headers",
			"on: step does not enter functions that are defined below /usr/include, in\nheaders of the compiler, or in Rust's library (/rustc). \"help skip\" has the\nfunctions that step does not enter besides.", "skip-system"),
		d.choice(&s.SchedulerLocking, "Which commands run only the selected thread", "scheduler-locking", "off", "step", "on"),
		d.choice(&s.NextLine, "Whether a stop shows the machine code of its line", "disassemble-next-line", "off", "on", "auto"),
		d.flavor(),
		d.stuck(),
		d.stuckTime(number(&s.StuckTime, 0, "Seconds without progress for \"set stuck\"; 0: never", "", "stuck-time")),
		flag(&s.UnwindOnSignal, "Whether a signal ends a called function",
			"on: a signal in a called function returns the thread to where it was before the\ncall. off: the thread stays where it received the signal.", "unwindonsignal", "unwind-on-signal"),
		d.followFork(),
		d.detachOnFork(),
		{names: []string{"breakpoint pending"}, short: "What to do with a location that is not found", words: []string{"on", "off", "auto"},
			long: "on: keep the breakpoint until a library has the location. off: refuse it.\nauto: ask, or refuse it if there is nobody to ask.",
			get:  func() string { return string(s.Pending) },
			set: func(text string) error {
				if text == "auto" {
					s.Pending = session.PendingAuto
					return nil
				}
				b, err := on(text)
				if err == nil {
					s.Pending = map[bool]session.Pending{true: session.PendingOn, false: session.PendingOff}[b]
				}
				return err
			}},
		{names: []string{"args"}, short: "Arguments of the program", quote: true, get: d.ArgsText, set: d.SetArgs},
		{names: []string{"cwd"}, short: "Working directory of the program", quote: true, get: func() string { return d.Cwd }, set: func(text string) error { d.Cwd = text; return nil }},
		{names: []string{"prompt"}, short: "The prompt", quote: true, get: func() string { return d.in.Ask }, set: func(text string) error {
			d.in.Ask = strings.TrimRight(text, " ") + " "
			return nil
		}},
		d.styleSetting(),
	}...)
}

// width adds the terminal's own width to the setting.
func (d *desk) width(s setting) setting {
	get, set := s.get, s.set
	s.words = []string{"terminal", "unlimited"}
	s.get = func() string {
		if d.Settings.Width == session.TerminalWidth {
			return "terminal"
		}
		return get()
	}
	s.set = func(text string) error {
		if text == "terminal" {
			d.Settings.Width = session.TerminalWidth
			return nil
		}
		return set(text)
	}
	return s
}

func (d *desk) choice(p *string, short, name string, words ...string) setting {
	return setting{names: []string{name}, short: short, words: words, get: func() string { return *p }, set: func(text string) error {
		for _, w := range words {
			if text == w {
				*p = w
				d.Apply()
				return nil
			}
		}
		return prompt.Message("%q is not one of: %s.", text, strings.Join(words, ", "))
	}}
}

// height is `set height`, by which scripts switch paging off.
func (d *desk) height(st setting) setting {
	set := st.set
	st.set = func(text string) error {
		if err := set(text); err != nil {
			return err
		}
		d.Settings.Pagination = d.Settings.Pagination && d.Settings.Height > 0
		return nil
	}
	return st
}

// flavor is `set disassembly-flavor`.
func (d *desk) flavor() setting {
	text := map[bool]string{false: "att", true: "intel"}
	return setting{names: []string{"disassembly-flavor"}, short: "The syntax in which machine code is shown", words: []string{"att", "intel"},
		get: func() string { return text[d.Style.Intel] },
		set: func(word string) error {
			if word != "att" && word != "intel" {
				return prompt.Message("%q is not one of: att, intel.", word)
			}
			d.Style.Intel = word == "intel"
			return nil
		}}
}

func (d *desk) styleSetting() setting {
	return setting{names: []string{"style enabled"}, short: "Whether output is coloured", words: []string{"on", "off"},
		get: func() string { return onOff(d.Style.Color) },
		set: func(text string) error {
			b, err := on(text)
			if err == nil {
				d.Style.Color = b
			}
			return err
		}}
}
