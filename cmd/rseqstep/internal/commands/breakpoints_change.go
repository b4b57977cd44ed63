package commands

import (
	"strconv"
	"strings"

	"rseqstep/cmd/rseqstep/internal/prompt"
	"rseqstep/cmd/rseqstep/internal/session"
)

func (d *desk) changing() []*prompt.Command {
	return []*prompt.Command{
		{Name: "delete", Aliases: []string{"d"}, Class: prompt.Breakpoints, Usage: "[N...]", Short: "Delete breakpoints; all of them without N", Run: d.delete,
			Subs: prompt.NewRegistry("delete", &prompt.Command{Name: "breakpoints", Usage: "[N...]", Short: "Delete breakpoints", Run: d.delete},
				&prompt.Command{Name: "display", Usage: "[N...]", Short: "Delete displays", Run: d.undisplay})},
		{Name: "clear", Class: prompt.Breakpoints, Usage: "[LOCATION]", Short: "Delete the breakpoints at a location", Ranked: true, Complete: d.locations, Run: d.clear},
		d.enable(),
		d.disable(),
		{Name: "condition", Class: prompt.Breakpoints, Usage: "N [COND]", Short: "Set a breakpoint's condition; without COND remove it",
			Run: func(args string) error {
				number, cond, _ := strings.Cut(args, " ")
				b, err := d.numbered(number)
				if err != nil {
					return err
				}
				cond = strings.TrimSpace(cond)
				if cond == "" {
					d.printf("Breakpoint %d now unconditional.\n", b.Number)
				}
				return d.SetCondition(b, cond)
			}},
		{Name: "ignore", Class: prompt.Breakpoints, Usage: "N COUNT", Short: "Ignore the next COUNT hits of a breakpoint",
			Run: func(args string) error {
				number, text, _ := strings.Cut(args, " ")
				b, err := d.numbered(number)
				if err != nil {
					return err
				}
				if text = strings.TrimSpace(text); text == "" {
					return prompt.Message("Second argument (specified ignore-count) is missing.")
				}
				n, err := d.integer(text)
				if err != nil {
					return err
				}
				n = max(n, 0)
				d.SetIgnore(b, n)
				if n == 0 {
					d.printf("Will stop next time breakpoint %d is reached.\n", b.Number)
				} else {
					d.printf("Will ignore next %d crossings of breakpoint %d.\n", n, b.Number)
				}
				return nil
			}},
		{Name: "commands", Block: true, Class: prompt.Breakpoints, Usage: "[N...]", Short: "Set the commands to run when a breakpoint is hit",
			Long: "Type the commands one per line, and \"end\" after the last. If the first is\n\"silent\", the stop is not shown. A command that resumes the program ends the\nlist.", Run: d.commands},
	}
}

func (d *desk) numbered(text string) (*session.Breakpoint, error) {
	if text == "" {
		return nil, prompt.Message("Argument required (breakpoint number).")
	}
	list, err := d.numbers(text)
	if err != nil || len(list) != 1 {
		return nil, prompt.Message("Bad breakpoint number %q.", text)
	}
	return d.Breakpoint(list[0])
}

// forEach calls do for the breakpoints in a list, or for all if the list is empty.
func (d *desk) forEach(args string, do func(*session.Breakpoint) error) error {
	if args == "" {
		for _, b := range append([]*session.Breakpoint(nil), d.Breakpoints()...) {
			if err := do(b); err != nil {
				return err
			}
		}
		return nil
	}
	list, err := d.numbers(args)
	if err != nil {
		return err
	}
	for _, n := range list {
		b, err := d.Breakpoint(n)
		if err != nil { // as gdb: the others are done
			d.printf("%v\n", err)
			continue
		}
		if err := do(b); err != nil {
			return err
		}
	}
	return nil
}

func (d *desk) delete(args string) error {
	if args == "" && len(d.Breakpoints()) > 0 {
		if err := d.sure(nil, "Delete all breakpoints?"); err != nil {
			return err
		}
	}
	return d.forEach(args, d.Delete)
}

func (d *desk) clear(args string) error {
	if args == "" {
		at, err := d.here()
		if err != nil {
			return err
		}
		args = at
	}
	loc, err := d.fullLocation(args)
	if err != nil {
		return err
	}
	places, err := d.Lookup(loc)
	if err != nil {
		return err
	}
	var gone []string
	for _, b := range append([]*session.Breakpoint(nil), d.Breakpoints()...) {
		if b.Watch() || b.Catches() || b.Event != nil || !b.At(places) {
			continue
		}
		if err := d.Delete(b); err != nil {
			return err
		}
		gone = append(gone, strconv.Itoa(b.Number))
	}
	switch len(gone) {
	case 0:
		return prompt.Message("No breakpoint at %s.", args)
	case 1:
		d.printf("Deleted breakpoint %s \n", gone[0])
	default:
		d.printf("Deleted breakpoints %s \n", strings.Join(gone, " "))
	}
	return nil
}

func (d *desk) commands(args string) error {
	all := d.Breakpoints()
	if args == "" && len(all) == 0 {
		return prompt.Message("No breakpoints specified.")
	}
	if args == "" {
		args = strconv.Itoa(all[len(all)-1].Number)
	}
	var chosen []*session.Breakpoint
	if err := d.forEach(args, func(b *session.Breakpoint) error { chosen = append(chosen, b); return nil }); err != nil {
		return err
	}
	if len(chosen) == 0 {
		return prompt.ErrReported
	}
	if d.in.Interactive() {
		d.printf("Type commands for breakpoint(s) %s, one per line.\nEnd with a line saying just \"end\".\n", args)
	}
	lines, err := d.in.Block(">")
	if err != nil {
		return err
	}
	for _, b := range chosen {
		b.Commands = lines
	}
	return nil
}
