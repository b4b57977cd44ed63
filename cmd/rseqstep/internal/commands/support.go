package commands

import (
	"strconv"
	"strings"

	"rseqstep/cmd/rseqstep/internal/prompt"
)

func (d *desk) support() []*prompt.Command {
	return []*prompt.Command{
		{Name: "help", Aliases: []string{"h"}, Class: prompt.Support, Usage: "[COMMAND|CLASS|all]", Short: "Show help",
			Complete: func(string) []string {
				names := d.in.Commands.Names("")
				for _, c := range prompt.Classes() {
					names = append(names, string(c.Class))
				}
				return names
			},
			Run: func(args string) error { return d.in.Help(d.Out, args) }},
		{Name: "complete", Class: prompt.Support, Usage: "LINE", Short: "List what the Tab key offers after LINE",
			Run: func(args string) error {
				head, list := d.in.Completions(args)
				for _, word := range list {
					d.printf("%s%s\n", head, word)
				}
				return nil
			}},
		{Name: "apropos", Class: prompt.Support, Usage: "WORD", Short: "Search the help of all commands",
			Run: func(args string) error {
				if args == "" {
					return prompt.Message("Give a word to search for.")
				}
				d.in.Apropos(d.Out, args)
				return nil
			}},
		{Name: "quit", Aliases: []string{"q", "exit"}, Class: prompt.Support, Usage: "[STATUS]", Short: "End the debugger",
			Long: "Kills a program that it started, detaches from one that it attached to.", Run: d.quit},
		{Name: "source", Class: prompt.Support, Usage: "FILE", Short: "Run the commands in a file; stop at the first error", Complete: d.fileWords,
			Run: func(args string) error {
				words, err := prompt.Words(args)
				if err != nil {
					return err
				}
				if len(words) != 1 {
					return prompt.Message("source command requires file name of file to source.")
				}
				lines, err := prompt.OpenLines(words[0])
				if err != nil {
					return err
				}
				return d.in.Script(lines)
			}},
		{Name: "define", Block: true, Class: prompt.Support, Usage: "NAME", Short: "Define a command from others",
			Long: "Type the commands one per line, and \"end\" after the last. In them $arg0, $arg1,\n… are the words that follow the new command, and $argc is their number.", Run: d.define},
	}
}

func (d *desk) quit(args string) error {
	status := 0
	if args != "" {
		n, err := d.integer(args)
		if err != nil {
			return err
		}
		status = n & 0xff
	}
	if d.Live() {
		what := "killed"
		if d.Attached() {
			what = "detached"
		}
		if err := d.Ask(prompt.Message("Not confirmed."), "A debugging session is active.\n\n\tInferior 1 [process %d] will be %s.\n\nQuit anyway?", d.PID(), what); err != nil {
			return err
		}
	}
	return &prompt.Quit{Status: status}
}

func (d *desk) define(args string) error {
	name := strings.TrimSpace(args)
	if word, rest := prompt.Split(name); word == "" || rest != "" {
		return prompt.Message("%q cannot be the name of a command.", name)
	}
	if c, err := d.in.Commands.Find(name); err == nil && c.Name == name {
		question := "Really redefine built-in command %q?"
		if c.Class == userDefined {
			question = "Redefine command %q?"
		}
		if err := d.Ask(prompt.Message("Command %q not redefined.", name), question, name); err != nil {
			return err
		}
	}
	if d.in.Interactive() {
		d.printf("Type commands for definition of %q.\nEnd with a line saying just \"end\".\n", name)
	}
	lines, err := d.in.Block(">")
	if err != nil {
		return err
	}
	d.in.Commands.Add(&prompt.Command{Name: name, Class: userDefined, Short: "User-defined", Repeat: prompt.RepeatSame, Run: func(args string) error {
		words := strings.Fields(args)
		body := &prompt.Lines{}
		for _, line := range lines {
			body.Text = append(body.Text, substitute(line, words))
		}
		return d.in.Script(body)
	}})
	return nil
}

const userDefined prompt.Class = "user-defined"

// substitute replaces $arg0, $arg1, … by the words given, the highest first so that
// $arg1 does not match in $arg10.
func substitute(line string, words []string) string {
	line = strings.ReplaceAll(line, "$argc", strconv.Itoa(len(words)))
	for i := len(words) - 1; i >= 0; i-- {
		line = strings.ReplaceAll(line, "$arg"+strconv.Itoa(i), words[i])
	}
	return line
}
