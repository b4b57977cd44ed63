package commands

import (
	"fmt"
	"strings"
	"text/tabwriter"

	"rseqstep/cmd/rseqstep/internal/prompt"
	"rseqstep/cmd/rseqstep/internal/show"
	"rseqstep/stepper"
)

func (d *desk) signals() []*prompt.Command {
	return []*prompt.Command{
		{Name: "handle", Class: prompt.Running, Usage: "SIGNAL... [stop|nostop] [print|noprint] [pass|nopass]",
			Short: "Set what to do when the program gets a signal",
			Long:  "SIGNAL is a name, a number, a range LOW-HIGH, or \"all\" (all but SIGINT and\nSIGTRAP, which the debugger uses). stop implies print; noprint implies nostop;\nignore and noignore are other words for nopass and pass.",
			Complete: func(string) []string {
				words := []string{"all", "stop", "nostop", "print", "noprint", "pass", "nopass", "ignore", "noignore"}
				return append(words, signalNames()...)
			},
			Run: d.handle},
		{Name: "signal", Class: prompt.Running, Usage: "SIGNAL|0", Short: "Continue the program with a signal, or with none (0)",
			Complete: func(string) []string { return signalNames() },
			Run: func(args string) error {
				e, err := d.LiveEngine()
				if err != nil {
					return err
				}
				n := 0
				if args != "0" {
					if n, err = show.SignalNumber(args); err != nil {
						return err
					}
				}
				if err := e.PassSignal(e.Thread(), n); err != nil {
					return err
				}
				if n == 0 {
					d.printf("Continuing with no signal.\n")
				} else {
					d.printf("Continuing with signal %s.\n", show.SignalName(n))
				}
				return d.Move((*stepper.Engine).Continue)
			}},
	}
}

func signalNames() []string {
	var out []string
	for n := 1; n < 32; n++ {
		out = append(out, show.SignalName(n))
	}
	return out
}

// handle applies the actions to the signals, in the order they were written.
func (d *desk) handle(args string) error {
	sigs, actions, err := parseHandle(strings.Fields(args))
	if err != nil {
		return err
	}
	table := d.SignalTable()
	for _, n := range sigs {
		disp := table.Of(n)
		for _, act := range actions {
			act(&disp)
		}
		if err := table.Set(n, disp); err != nil {
			return err
		}
	}
	d.showSignals(sigs)
	return nil
}

// parseHandle separates signals from actions.
func parseHandle(words []string) (sigs []int, actions []func(*stepper.Disposition), err error) {
	known := map[string]func(*stepper.Disposition){
		"stop":     func(p *stepper.Disposition) { p.Stop, p.Print = true, true },
		"nostop":   func(p *stepper.Disposition) { p.Stop = false },
		"print":    func(p *stepper.Disposition) { p.Print = true },
		"noprint":  func(p *stepper.Disposition) { p.Print, p.Stop = false, false },
		"pass":     func(p *stepper.Disposition) { p.Pass = true },
		"noignore": func(p *stepper.Disposition) { p.Pass = true },
		"nopass":   func(p *stepper.Disposition) { p.Pass = false },
		"ignore":   func(p *stepper.Disposition) { p.Pass = false },
	}
	for _, w := range words {
		if act, ok := known[w]; ok {
			actions = append(actions, act)
			continue
		}
		if w == "all" {
			for n := 1; n <= show.Signals; n++ {
				if n != 2 && n != 5 {
					sigs = append(sigs, n)
				}
			}
			continue
		}
		low, high, ranged := strings.Cut(w, "-")
		a, err := show.SignalNumber(low)
		if err != nil {
			return nil, nil, err
		}
		b := a
		if ranged {
			if b, err = show.SignalNumber(high); err != nil {
				return nil, nil, err
			}
		}
		for n := min(a, b); n <= max(a, b); n++ {
			sigs = append(sigs, n)
		}
	}
	if len(sigs) == 0 {
		return nil, nil, prompt.Message("Argument required (signal to handle).")
	}
	return sigs, actions, nil
}

func (d *desk) showSignals(sigs []int) {
	tw := tabwriter.NewWriter(d.Out, 0, 8, 1, '\t', 0)
	fmt.Fprintln(tw, "Signal\tStop\tPrint\tPass to program\tDescription")
	table := d.SignalTable()
	for _, n := range sigs {
		p := table.Of(n)
		fmt.Fprintf(tw, "%s\t%s\t%s\t%s\t%s\n", show.SignalName(n), yesNo(p.Stop), yesNo(p.Print), yesNo(p.Pass), show.SignalText(n))
	}
	tw.Flush()
}

func yesNo(b bool) string {
	if b {
		return "Yes"
	}
	return "No"
}
