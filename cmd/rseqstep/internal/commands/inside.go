package commands

import (
	"context"
	"fmt"
	"strings"

	"rseqstep/cmd/rseqstep/internal/prompt"
	"rseqstep/stepper"
)

// stepi is the command stepi; unit is what it says of units.
func (d *desk) stepi(unit string) *prompt.Command {
	return &prompt.Command{Name: "stepi", Aliases: []string{"si"}, Class: prompt.Running, Usage: "[--inside] [N]", Repeat: prompt.RepeatSame,
		Short: "Step one instruction",
		Long: unit + "\nWith --inside, and always after \"set inside on\", the instructions of a restartable sequence are stepped\none by one, with live state, and it commits.\n" +
			"N is how many times; a stop for another reason ends the series.",
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

// forcing are the commands that decide what becomes of a sequence.
func (d *desk) forcing() []*prompt.Command {
	return []*prompt.Command{
		{Name: "opv", Class: prompt.Running, Short: "Do a restartable sequence's work by a cpu_opv vector",
			Long: "At the start of an abort handler this is the sequence that was aborted; otherwise the next one that the\nthread reaches, stepping by instructions. The vector is shown below the stop, which is where the sequence\nleaves to. \"info rseq ops\" prints in words what it would do.",
			Run: func(args string) error {
				if err := noArgs(args); err != nil {
					return err
				}
				return d.Move((*stepper.Engine).Opv)
			}},
		{Name: "abort", Class: prompt.Running, Usage: "[at N]", Short: "Let the kernel abort the next restartable sequence",
			Long:     "Runs to the next sequence that the thread reaches and makes the kernel abort it before its instruction N (1, the\nfirst, by default). It stops at the abort handler, so that you can step through it; the program's own\nretry follows.",
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

// abortAt reads "", or "at N".
func (d *desk) abortAt(args string) (int, error) {
	if args == "" {
		return 1, nil
	}
	word, rest, _ := strings.Cut(args, " ")
	rest = strings.TrimSpace(rest)
	if word != "at" || rest == "" {
		return 0, prompt.Message("Give \"abort\" or \"abort at N\", N being the number of an instruction of the sequence.")
	}
	n, err := d.integer(rest)
	if err != nil {
		return 0, err
	}
	if n < 1 {
		return 0, fmt.Errorf("%s is no instruction's number; the first is 1", rest)
	}
	return n, nil
}
