package commands

import (
	"errors"
	"strings"

	"rseqstep/cmd/rseqstep/internal/prompt"
)

// scripting are the commands that scripts are made of.
func (d *desk) scripting() []*prompt.Command {
	const block = "The commands follow, one per line, and \"end\" after the last."
	return []*prompt.Command{
		{Name: "if", Block: true, Class: prompt.Support, Usage: "EXPR", Short: "Run commands if an expression is not zero", Long: block + " A line\n\"else\" begins those for zero.", Run: d.ifThen},
		{Name: "while", Block: true, Class: prompt.Support, Usage: "EXPR", Short: "Run commands as long as an expression is not zero", Long: block + " Among\nthem, \"loop_break\" leaves the loop and \"loop_continue\" begins its next round.", Run: d.whileLoop},
		{Name: "loop_break", Class: prompt.Support, Short: "Leave a \"while\"", Run: func(string) error { return errBreak }},
		{Name: "loop_continue", Class: prompt.Support, Short: "Begin the next round of a \"while\"", Run: func(string) error { return errContinue }},
		{Name: "eval", Class: prompt.Support, Usage: "\"FORMAT\", EXPR...", Short: "Run the command that printf would show", Ranked: true, Complete: d.variables,
			Run: func(args string) error {
				text, err := d.Values().Printf(args)
				if err != nil {
					return err
				}
				return d.in.Execute(text)
			}},
		{Name: "document", Block: true, Class: prompt.Support, Usage: "NAME", Short: "Describe a command made by \"define\"", Long: "The text follows, and a line \"end\". \"help NAME\" shows it.", Run: d.document},
	}
}

// errBreak and errContinue end the commands of a round of a "while".
var (
	errBreak    = prompt.Message("loop_break outside of a \"while\".")
	errContinue = prompt.Message("loop_continue outside of a \"while\".")
)

// holds evaluates the condition of if and while.
func (d *desk) holds(text string) (bool, error) {
	c := d.Expressions()
	e, err := c.Parse(text)
	if err != nil {
		return false, err
	}
	return c.True(e)
}

func (d *desk) ifThen(args string) error {
	if args == "" {
		return prompt.Message("if command requires an argument.")
	}
	lines, err := d.in.Block(">")
	if err != nil {
		return err
	}
	yes, err := d.holds(args)
	if err != nil {
		return err
	}
	then, otherwise := d.in.Else(lines)
	if !yes {
		then = otherwise
	}
	return d.in.Script(&prompt.Lines{Text: then})
}

func (d *desk) whileLoop(args string) error {
	if args == "" {
		return prompt.Message("while command requires an argument.")
	}
	lines, err := d.in.Block(">")
	if err != nil {
		return err
	}
	d.Interrupted() // what came before was meant for something else
	for {
		yes, err := d.holds(args)
		if err != nil || !yes {
			return err
		}
		if d.Interrupted() {
			return prompt.ErrAborted
		}
		switch err := d.in.Script(&prompt.Lines{Text: lines}); {
		case errors.Is(err, errBreak):
			return nil
		case err != nil && !errors.Is(err, errContinue):
			return err
		}
	}
}

// document gives a command of "define" its help.
func (d *desk) document(args string) error {
	lines, err := d.in.Block(">")
	if err != nil {
		return err
	}
	c, err := d.in.Commands.Find(strings.TrimSpace(args))
	if err != nil {
		return err
	}
	if c.Class != userDefined {
		return prompt.Message("Command \"%s\" is built-in.", c.Name)
	}
	if len(lines) > 0 {
		c.Short, c.Long = lines[0], strings.Join(lines[1:], "\n")
	}
	return nil
}
