package commands

import (
	"strings"

	"rseqstep/cmd/rseqstep/internal/prompt"
	"rseqstep/cmd/rseqstep/internal/session"
	"rseqstep/cmd/rseqstep/internal/show"
	"rseqstep/stepper"
)

// catching are `catch` and `tcatch`.
func (d *desk) catching() []*prompt.Command {
	one := func(name, usage, short, long string, kind stepper.BreakpointKind, temporary bool, complete func(string) []string) *prompt.Command {
		return &prompt.Command{Name: name, Usage: strings.TrimSpace(usage + " [thread N] [if COND]"), Short: short, Long: long, Complete: complete,
			Run: func(args string) error { return d.catch(kind, temporary, args) }}
	}
	event := func(name, usage, short string, temporary bool) *prompt.Command {
		return &prompt.Command{Name: name, Usage: strings.TrimSpace(usage + " [thread N] [if COND]"), Short: short,
			Run: func(args string) error { return d.catchEvent(name, temporary, args) }}
	}
	group := func(name, short string, temporary bool) *prompt.Command {
		return &prompt.Command{Name: name, Class: prompt.Breakpoints, Usage: "EVENT [if COND]", Short: short,
			Long: "A catchpoint has a number, condition, ignore count and commands, as a\nbreakpoint has. A caught fork stops parent and child; when you continue,\n\"set follow-fork-mode\" decides which of them rseqstep keeps.\nAt \"catch throw\" and \"catch catch\", \"print $_exception\" shows the exception.",
			Subs: prompt.NewRegistry(name,
				event("throw", "[REGEXP]", "Stop when the program throws a C++ exception", temporary),
				event("rethrow", "", "Stop when the program throws a C++ exception again", temporary),
				event("catch", "[REGEXP]", "Stop when the program catches a C++ exception", temporary),
				event("load", "[REGEXP]", "Stop when the program has loaded a library", temporary),
				event("unload", "[REGEXP]", "Stop when the program has unloaded a library", temporary),
				one("fork", "", "Stop when the program forks", "", stepper.CatchFork, temporary, nil),
				one("vfork", "", "Stop when the program calls vfork", "", stepper.CatchVfork, temporary, nil),
				one("exec", "", "Stop when the program has executed another one", "", stepper.CatchExec, temporary, nil),
				one("syscall", "[NAME|NUMBER...]", "Stop before and after system calls (default: all)",
					"A restartable sequence makes no system calls. A vDSO function makes one only if\nit cannot do without.",
					stepper.CatchSyscall, temporary, func(string) []string { return show.SyscallNames() }),
				one("signal", "[SIGNAL...|all]", "Stop when the program gets a signal, whatever \"handle\" says",
					"The default is any signal except SIGINT and SIGTRAP, which the debugger uses.\n\"handle\" still decides whether the program gets the signal afterwards.",
					stepper.CatchSignal, temporary, func(string) []string { return append(signalNames(), "all") }))}
	}
	return []*prompt.Command{
		group("catch", "Stop at exceptions, forks, libraries and the like", false),
		group("tcatch", "Stop at an exception, fork or the like once", true),
	}
}

// catchEvent creates a catchpoint for an event of a run-time library.
func (d *desk) catchEvent(name string, temporary bool, args string) error {
	w, err := parseWhere(args)
	if err != nil {
		return err
	}
	e, err := session.NewEvent(name, w.location)
	if err != nil {
		return err
	}
	return d.CatchEvent(e, &session.Breakpoint{Temporary: temporary, Condition: w.condition, Thread: w.thread})
}

// catch creates a catchpoint from the words after its event.
func (d *desk) catch(kind stepper.BreakpointKind, temporary bool, args string) error {
	w, err := parseWhere(args)
	if err != nil {
		return err
	}
	b := &session.Breakpoint{Kind: kind, Temporary: temporary, Condition: w.condition, Thread: w.thread}
	words := strings.Fields(w.location)
	switch kind {
	case stepper.CatchSyscall:
		b.Numbers, err = syscallNumbers(words)
	case stepper.CatchSignal:
		b.Location, b.Numbers, err = caughtSignals(words)
	default:
		if len(words) > 0 {
			err = prompt.Message("Junk at end of arguments.")
		}
	}
	if err != nil {
		return err
	}
	return d.Add(b)
}

func syscallNumbers(words []string) ([]int, error) {
	var list []int
	for _, w := range words {
		if strings.HasPrefix(w, "g:") || strings.HasPrefix(w, "group:") {
			return nil, prompt.Message("rseqstep does not know groups of system calls; name them one by one.")
		}
		n, err := show.SyscallNumber(w)
		if err != nil {
			return nil, prompt.Message("Unknown syscall name '%s'.", w)
		}
		list = append(list, n)
	}
	return list, nil
}

// caughtSignals parses signal names. names is "" for the standard signals and "all" for
// all.
func caughtSignals(words []string) (names string, list []int, err error) {
	if len(words) == 1 && words[0] == "all" {
		return "all", nil, nil
	}
	for _, w := range words {
		if w == "all" {
			return "", nil, prompt.Message("'all' cannot be caught with other signals")
		}
		n, err := show.SignalNumber(w)
		if err != nil {
			return "", nil, err
		}
		names = strings.TrimSpace(names + " " + show.SignalName(n))
		list = append(list, n)
	}
	if len(words) == 0 {
		for n := 1; n <= show.Signals; n++ {
			if n != 2 && n != 5 {
				list = append(list, n)
			}
		}
	}
	return names, list, nil
}
