package commands

import (
	"slices"
	"strings"

	"rseqstep/cmd/rseqstep/internal/prompt"
)

// naming are the commands that give a command another name or other settings.
func (d *desk) naming() []*prompt.Command {
	return []*prompt.Command{
		{Name: "alias", Class: prompt.Support, Usage: "NAME = COMMAND [ARGUMENTS]", Short: "Give a command, with its first arguments, another name", Run: d.alias},
		{Name: "with", Aliases: []string{"w"}, Class: prompt.Support, Usage: "SETTING [VALUE] -- COMMAND", Short: "Run a command with another value of a setting", Run: d.with},
	}
}

func (d *desk) alias(args string) error {
	// gdb completes no name that -a makes; this prompt does.
	args, _ = strings.CutPrefix(args, "-a ")
	args, _ = strings.CutPrefix(strings.TrimSpace(args), "-- ")
	name, command, ok := strings.Cut(args, "=")
	name, command = strings.TrimSpace(name), strings.TrimSpace(command)
	if !ok || name == "" || command == "" {
		return prompt.Message("Usage: alias NAME = COMMAND [ARGUMENTS]")
	}
	if word, rest := prompt.Split(name); word != name || rest != "" {
		return prompt.Message("Invalid command name: %s", name)
	}
	if c, err := d.in.Commands.Find(name); err == nil && c.Is(name) {
		return prompt.Message("Alias already exists: %s", name)
	}
	to, _, err := d.in.Resolve(command)
	if word, rest := prompt.Split(command); err != nil && rest == "" {
		to, err = d.in.Commands.Find(word) // it has subcommands, and NAME is to have them
	}
	if err != nil {
		return prompt.Message("Invalid command to alias to: %s", command)
	}
	d.in.Commands.Add(&prompt.Command{Name: name, Class: userDefined, Usage: to.Usage, Short: "Alias of \"" + command + "\"", Repeat: to.Repeat, Block: to.Block,
		Complete: to.Complete, Ranked: to.Ranked,
		Run: func(args string) error {
			to, args, err := d.in.Resolve(command + " " + args)
			if err != nil {
				return err
			}
			return to.Run(args)
		}})
	return nil
}

// with is `with`: the setting is what it was afterwards, whatever the command does.
func (d *desk) with(args string) error {
	words, command, ok := strings.Cut(args, "--")
	words, command = strings.TrimSpace(words), strings.TrimSpace(command)
	switch {
	case words == "":
		return prompt.Message("Missing arguments.")
	case !ok || command == "":
		return prompt.Message("A command must follow: with SETTING VALUE -- COMMAND")
	}
	st, value, err := d.setting(words)
	if err != nil {
		return err
	}
	was := st.get()
	if err := st.set(value); err != nil {
		return err
	}
	defer func() {
		if err := st.set(was); err != nil {
			d.complain(err)
		}
	}()
	return d.in.Execute(command)
}

// setting finds the setting that words begin with, as `set` does, and returns the rest of them.
func (d *desk) setting(words string) (st setting, value string, err error) {
	set, err := d.in.Commands.Find("set")
	if err != nil {
		return st, "", err
	}
	name, subs := "", set.Subs
	for subs != nil {
		word, rest := prompt.Split(words)
		c, err := subs.Find(word)
		if err != nil {
			return st, "", err
		}
		name, words, subs = strings.TrimSpace(name+" "+c.Name), rest, c.Subs
	}
	for _, st := range d.table() {
		if slices.Contains(st.names, name) {
			return st, words, nil
		}
	}
	return st, "", prompt.Message("\"set %s\" cannot be undone: it is no setting.", name)
}
