package commands

import (
	"context"
	"fmt"
	"strings"

	"rseqstep/cmd/rseqstep/internal/prompt"
	"rseqstep/stepper"
)

// stepi is the command stepi; unit is the help text about units.
func (d *desk) stepi(unit string) *prompt.Command {
	return &prompt.Command{Name: "stepi", Aliases: []string{"si"}, Class: prompt.Running, Usage: "[--inside] [N]", Repeat: prompt.RepeatSame,
		Short:    "Step one instruction",
		Long:     unit + "\nWith --inside, and always after \"set inside on\", it steps through the\ninstructions of a sequence one by one; the thread stays live, and still commits.\n\n" + seriesHelp,
		Complete: func(string) []string { return []string{"--inside"} },
		Run: func(args string) error {
			motion := (*stepper.Engine).StepInstruction
			if word, rest, _ := strings.Cut(args, " "); word == "--inside" || word == "-inside" {
				motion, args = (*stepper.Engine).StepInside, strings.TrimSpace(rest)
			}
			n, err := d.count(args)
			if err != nil {
				return err
			}
			return d.Move(func(e *stepper.Engine, ctx context.Context) (stepper.Stop, error) { return motion(e, ctx, n) })
		}}
}

// forcing are the commands that decide how a sequence ends.
func (d *desk) forcing() []*prompt.Command {
	return []*prompt.Command{
		{Name: "inject", Class: prompt.Running, Short: "Do a restartable sequence's work by a cpu_opv vector",
			Long: "rseqstep carries out what the sequence would do, as a vector of operations of\nthe cpu_opv system call (proposed for Linux, never merged), and moves the\nthread to where the sequence leaves to. At the start of an abort handler this is\nthe sequence that was aborted; otherwise the next one that the thread reaches,\nstepping by instructions. The stop shows the vector. \"opv\" prints in words what\nit would do, and changes nothing.",
			Run: func(args string) error {
				if err := noArgs(args); err != nil {
					return err
				}
				return d.Move((*stepper.Engine).Opv)
			}},
		{Name: "abort", Class: prompt.Running, Usage: "[at N]", Short: "Make the kernel abort the next restartable sequence",
			Long:     "Runs to the next sequence that the thread reaches and makes the kernel abort it\nbefore instruction N of the sequence (default: 1, the first). It stops at the\nabort handler, so that you can step through the handler and then the program's\nown retry.",
			Complete: func(string) []string { return []string{"at"} },
			Run: func(args string) error {
				n, err := d.abortAt(args)
				if err != nil {
					return err
				}
				return d.Move(func(e *stepper.Engine, ctx context.Context) (stepper.Stop, error) { return e.AbortAt(ctx, n) })
			}},
	}
}

// abortAt parses "", or "at N".
func (d *desk) abortAt(args string) (int, error) {
	if args == "" {
		return 1, nil
	}
	word, rest, _ := strings.Cut(args, " ")
	rest = strings.TrimSpace(rest)
	if word != "at" || rest == "" {
		return 0, prompt.Message("Use \"abort\" or \"abort at N\", where N is the number of an instruction of the sequence.")
	}
	n, err := d.integer(rest)
	if err != nil {
		return 0, err
	}
	if n < 1 {
		return 0, fmt.Errorf("%s is not an instruction number; the first is 1", rest)
	}
	return n, nil
}
