package commands

import (
	"context"
	"strings"

	"rseqstep/cmd/rseqstep/internal/prompt"
	"rseqstep/stepper"
)

// seriesHelp explains the argument N of a stepping command.
const seriesHelp = "N is the number of steps; a stop for another reason ends the series."

func (d *desk) starting() []*prompt.Command {
	const argsHelp = "ARGS replace those given before (see \"set args\"). Quotes and backslashes work as\nin a shell; <FILE, >FILE, >>FILE and 2>FILE redirect."
	return []*prompt.Command{
		{Name: "run", Aliases: []string{"r"}, Class: prompt.Running, Usage: "[ARGS]", Short: "Start the program", Long: argsHelp,
			Complete: d.fileWords,
			Run: func(args string) error {
				if ok, err := d.restart(args); !ok {
					return err
				}
				return d.Launch(false)
			}},
		{Name: "start", Class: prompt.Running, Usage: "[ARGS]", Short: "Start the program and stop in main", Long: argsHelp,
			Complete: d.fileWords,
			Run: func(args string) error {
				if ok, err := d.restart(args); !ok {
					return err
				}
				return d.LaunchTo("main")
			}},
		{Name: "starti", Class: prompt.Running, Usage: "[ARGS]", Short: "Start the program and stop at its first instruction", Long: argsHelp,
			Complete: d.fileWords,
			Run: func(args string) error {
				if ok, err := d.restart(args); !ok {
					return err
				}
				return d.Launch(true)
			}},
		{Name: "kill", Aliases: []string{"k"}, Class: prompt.Running, Short: "Kill the program",
			Run: func(args string) error {
				if !d.Live() {
					return d.NotRun()
				}
				if err := d.Ask(prompt.Message("Not confirmed."), "Kill the program being debugged?"); err != nil {
					return err
				}
				pid := d.PID()
				if err := d.Kill(); err != nil {
					return err
				}
				d.printf("[Inferior 1 (process %d) killed]\n", pid)
				return nil
			}},
	}
}

// restart prepares for a launch; ok is false if the user declined.
func (d *desk) restart(args string) (ok bool, err error) {
	if d.Program == "" {
		return false, prompt.Message("No executable file specified.\nUse the \"file\" command.")
	}
	if args != "" {
		if err := d.SetArgs(args); err != nil {
			return false, err
		}
	}
	if d.Live() {
		if err := d.sure(prompt.Message("Program not restarted."), "The program being debugged has been started already.\nStart it from the beginning?"); err != nil {
			return false, err
		}
		if err := d.Kill(); err != nil {
			return false, err
		}
	}
	return true, nil
}

func (d *desk) stepping() []*prompt.Command {
	step := func(name, alias, short, long string, motion func(*stepper.Engine, context.Context, int) (stepper.Stop, error)) *prompt.Command {
		return &prompt.Command{Name: name, Aliases: []string{alias}, Class: prompt.Running, Usage: "[N]", Repeat: prompt.RepeatSame,
			Short: short, Long: long + "\n\n" + seriesHelp,
			Run: func(args string) error {
				n, err := d.count(args)
				if err != nil {
					return err
				}
				return d.Session.Step(func(e *stepper.Engine, ctx context.Context) (stepper.Stop, error) { return motion(e, ctx, n) })
			}}
	}
	const unit = "A restartable sequence or vDSO function on the way runs as one unit at full\nspeed, and the stop reports its outcome."
	return []*prompt.Command{
		step("step", "s", "Step to another source line, into calls", unit, (*stepper.Engine).Step),
		step("next", "n", "Step to another source line, over calls", unit, (*stepper.Engine).Next),
		d.stepi(unit),
		step("nexti", "ni", "Step one instruction, over calls", unit, (*stepper.Engine).NextInstruction),
		{Name: "finish", Aliases: []string{"fin"}, Class: prompt.Running, Short: "Run until the selected frame returns", Repeat: prompt.RepeatSame,
			Long: "Shows the value that the function returned, and adds it to the value history.",
			Run: func(args string) error {
				if err := noArgs(args); err != nil {
					return err
				}
				if d.Core() != nil { // to print the frame
					return d.NotRun()
				}
				f, err := d.Frame()
				if err != nil {
					return err
				}
				if d.in.Interactive() {
					d.printf("Run till exit from %s\n", f.Numbered(d.Style))
				}
				level := d.Level()
				return d.Move(func(e *stepper.Engine, ctx context.Context) (stepper.Stop, error) { return e.Finish(ctx, level) })
			}},
		{Name: "until", Aliases: []string{"u"}, Class: prompt.Running, Usage: "[LOCATION]", Short: "Run to a later line than this, or to LOCATION", Repeat: prompt.RepeatSame,
			Long:   "Like \"next\", but never goes back: at the end of a loop it runs until the loop is\ndone. With LOCATION it stops there, or when the frame returns.",
			Ranked: true, Complete: d.locations,
			Run: func(args string) error {
				if args == "" {
					return d.Move((*stepper.Engine).Until)
				}
				return d.advance(args)
			}},
		{Name: "advance", Class: prompt.Running, Usage: "LOCATION", Short: "Run until LOCATION is reached or the frame returns", Repeat: prompt.RepeatSame,
			Ranked: true, Complete: d.locations,
			Run: func(args string) error {
				if args == "" {
					return prompt.Message("Argument required (a location).")
				}
				return d.advance(args)
			}},
		{Name: "continue", Aliases: []string{"c", "fg", "cont"}, Class: prompt.Running, Usage: "[N]", Short: "Continue the program", Repeat: prompt.RepeatSame,
			Long: "With N, ignore the breakpoint that the program is stopped at N-1 more times.", Run: d.cont},
		{Name: "jump", Class: prompt.Running, Usage: "LOCATION", Short: "Continue at another location", Ranked: true, Complete: d.locations, Run: d.jump},
		{Name: "return", Class: prompt.Running, Usage: "[EXPR]", Short: "Make the selected function return without running on",
			Long: "EXPR is the value that the caller gets.", Run: d.returnNow},
	}
}

func (d *desk) advance(location string) error {
	places, err := d.Lookup(location)
	if err != nil {
		return err
	}
	return d.Move(func(e *stepper.Engine, ctx context.Context) (stepper.Stop, error) { return e.Advance(ctx, places) })
}

func (d *desk) cont(args string) error {
	if !d.Live() {
		return d.NotRun()
	}
	n, err := d.count(args)
	if err != nil {
		return err
	}
	if n > 1 {
		for _, b := range d.Hit() {
			d.SetIgnore(b, n-1)
			d.printf("Will ignore next %d crossings of breakpoint %d.  Continuing.\n", n-1, b.Number)
		}
	} else if d.in.Interactive() {
		d.printf("Continuing.\n")
	}
	return d.Move((*stepper.Engine).Continue)
}

func (d *desk) jump(args string) error {
	e, err := d.LiveEngine()
	if err != nil {
		return err
	}
	if args == "" {
		return prompt.Message("Argument required (a location).")
	}
	places, err := d.Lookup(args)
	if err != nil {
		return err
	}
	if len(places) != 1 {
		return prompt.Message("%q has %d locations; give one.", args, len(places))
	}
	to := places[0].Addr
	for _, t := range e.Threads() {
		if t.TID == e.Thread() && t.Rseq.Live {
			return prompt.Message("The thread is inside a restartable sequence; moving it out would leave the sequence armed. Step out of it first.")
		}
	}
	if p, ok := d.SectionAt(to); ok {
		return prompt.Message("%v is inside the critical section %s; jump to the store that arms it instead.", to, e.SectionName(p))
	}
	r, err := e.Regs(e.Thread())
	if err != nil {
		return err
	}
	r.SetPC(to)
	if err := e.SetRegs(e.Thread(), r); err != nil {
		return err
	}
	d.printf("Continuing at %v.\n", to)
	return d.Move((*stepper.Engine).Continue)
}

func (d *desk) attaching() []*prompt.Command {
	return []*prompt.Command{
		{Name: "attach", Class: prompt.Running, Usage: "PID", Short: "Attach to a running process",
			Run: func(args string) error {
				if d.Live() {
					if err := d.Ask(prompt.Message("Not killed."), "A program is being debugged already.  Kill it?"); err != nil {
						return err
					}
				}
				return d.AttachText(args)
			}},
		{Name: "detach", Class: prompt.Running, Short: "Detach from the process, and leave nothing behind in it",
			Run: func(args string) error {
				if !d.Live() {
					return d.NotRun()
				}
				if d.JSON == nil {
					d.printf("Detaching from program: %s, process %d\n", d.Program, d.PID())
				}
				return d.Detach()
			}},
	}
}

// fileWords completes file names in the last word.
func (d *desk) fileWords(args string) []string {
	return fileNames(args[strings.LastIndexAny(args, " \t<>")+1:])
}
