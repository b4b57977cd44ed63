package commands

import (
	"strings"

	"rseqstep/cmd/rseqstep/internal/prompt"
	"rseqstep/cmd/rseqstep/internal/session"
	"rseqstep/stepper"
)

// several are `rbreak` and `dprintf`.
func (d *desk) several() []*prompt.Command {
	return []*prompt.Command{
		{Name: "rbreak", Class: prompt.Breakpoints, Usage: "[FILE:]REGEXP", Short: "Set breakpoints on all functions that match", Ranked: true, Complete: d.locations,
			Long: "REGEXP matches anywhere in a function's name. Functions with debug information\nare meant, and those of the program itself without it.", Run: d.rbreak},
		{Name: "dprintf", Class: prompt.Breakpoints, Usage: "LOCATION,\"FORMAT\"[,EXPR...]", Short: "Print at a location, without stopping there", Ranked: true, Complete: d.locations,
			Long: "The breakpoint prints as \"printf\" does each time a thread reaches LOCATION. It\nhas a condition, ignore count and so on as any breakpoint.", Run: d.dprintf},
	}
}

func (d *desk) rbreak(args string) error {
	file, pattern := "", args
	if f, rest, ok := strings.Cut(args, ":"); ok && !strings.HasPrefix(rest, ":") {
		file, pattern = strings.TrimSpace(f), strings.TrimSpace(rest)
	}
	found, err := d.FunctionsMatching(pattern)
	if err != nil {
		return err
	}
	set := map[string]bool{}
	for _, f := range found {
		location := f.Name
		switch {
		case f.Debug && f.Line.File != "":
			if file != "" && f.Line.File != file && !strings.HasSuffix(f.Line.File, "/"+file) {
				continue
			}
			location = f.Line.File + ":" + f.Name
		case file != "" || !d.IsProgram(f.Module) || strings.HasPrefix(f.Name, "_"):
			continue
		}
		if set[location] {
			continue
		}
		set[location] = true
		if err := d.Add(&session.Breakpoint{Kind: stepper.BreakSoftware, Location: location}); err != nil {
			d.complain(err)
			continue
		}
		d.printf("%s\n", f.Name)
	}
	if len(set) == 0 {
		d.printf("No function matches.\n")
	}
	return nil
}

func (d *desk) dprintf(args string) error {
	i := topComma(args)
	if i < 0 || strings.TrimSpace(args[i+1:]) == "" {
		return prompt.Message("Format string required")
	}
	w, err := parseWhere(strings.TrimSpace(args[:i]))
	if err != nil {
		return err
	}
	b := &session.Breakpoint{Kind: stepper.BreakSoftware, Location: w.location, Condition: w.condition, Thread: w.thread, Address: strings.HasPrefix(w.location, "*"), Print: strings.TrimSpace(args[i+1:])}
	if !strings.HasPrefix(b.Print, `"`) {
		return prompt.Message("Bad format string")
	}
	if b.Location == "" {
		if b.Location, err = d.here(); err != nil {
			return err
		}
		b.Address = true
	}
	if b.Location, err = d.fullLocation(b.Location); err != nil {
		return err
	}
	return d.AddPrint(b)
}

// topComma returns the index of the first comma outside quotes and brackets, or -1.
func topComma(s string) int {
	depth := 0
	for i := 0; i < len(s); i++ {
		switch s[i] {
		case '(', '[', '<':
			depth++
		case ')', ']', '>':
			depth--
		case '"':
			return -1 // no location has one
		case ',':
			if depth <= 0 {
				return i
			}
		}
	}
	return -1
}
