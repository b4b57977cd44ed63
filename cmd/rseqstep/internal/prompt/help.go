package prompt

import (
	"fmt"
	"io"
	"strings"
	"text/tabwriter"
)

// Help writes the output of `help TOPIC`: the classes for "", the commands of a class,
// or one command.
func (in *Interp) Help(w io.Writer, topic string) error {
	topic = strings.TrimSpace(topic)
	if topic == "" {
		fmt.Fprintln(w, "Classes of commands:")
		fmt.Fprintln(w)
		tw := tabwriter.NewWriter(w, 0, 4, 2, ' ', 0)
		for _, c := range Classes() {
			fmt.Fprintf(tw, "  %s\t%s\n", c.Class, c.Title)
		}
		tw.Flush()
		fmt.Fprintln(w, "\nType \"help CLASS\" for the commands of a class, \"help all\" for all commands,\n\"help COMMAND\" for one command, \"apropos WORD\" to search the help. You can\nabbreviate a command name as long as it is unambiguous.")
		return nil
	}
	if topic == "all" {
		for _, c := range Classes() {
			in.helpClass(w, c.Class, c.Title)
			fmt.Fprintln(w)
		}
		return nil
	}
	for _, c := range Classes() {
		if topic == string(c.Class) {
			in.helpClass(w, c.Class, c.Title)
			return nil
		}
	}
	return in.helpCommand(w, topic)
}

func (in *Interp) helpClass(w io.Writer, class Class, title string) {
	fmt.Fprintf(w, "%s:\n\n", title)
	tw := tabwriter.NewWriter(w, 0, 4, 2, ' ', 0)
	for _, c := range in.Commands.Commands() {
		if c.Class == class {
			fmt.Fprintf(tw, "  %s\t%s\n", strings.Join(append([]string{c.Name}, c.Aliases...), ", "), c.Short)
		}
	}
	tw.Flush()
}

func (in *Interp) helpCommand(w io.Writer, topic string) error {
	reg, path := in.Commands, ""
	var cmd *Command
	for _, word := range strings.Fields(topic) {
		if reg == nil {
			return fmt.Errorf("%q has no subcommands", path)
		}
		var err error
		if cmd, err = reg.Find(word); err != nil {
			return err
		}
		path = strings.TrimSpace(path + " " + cmd.Name)
		reg = cmd.Subs
	}
	names := append([]string{path}, cmd.Aliases...)
	fmt.Fprintln(w, strings.Join(names, ", "))
	fmt.Fprintf(w, "%s.\n", cmd.Short)
	if cmd.Usage != "" {
		fmt.Fprintf(w, "Usage: %s %s\n", path, cmd.Usage)
	}
	if cmd.Long != "" {
		fmt.Fprintf(w, "\n%s\n", strings.TrimSpace(cmd.Long))
	}
	if cmd.Subs != nil {
		fmt.Fprintln(w)
		tw := tabwriter.NewWriter(w, 0, 4, 2, ' ', 0)
		for _, c := range cmd.Subs.Commands() {
			fmt.Fprintf(tw, "  %s %s\t%s\n", path, c.Name, c.Short)
		}
		tw.Flush()
	}
	return nil
}

// Apropos lists the commands whose help has the word.
func (in *Interp) Apropos(w io.Writer, word string) {
	word = strings.ToLower(word)
	tw := tabwriter.NewWriter(w, 0, 4, 2, ' ', 0)
	var walk func(r *Registry, path string)
	walk = func(r *Registry, path string) {
		for _, c := range r.Commands() {
			name := strings.TrimSpace(path + " " + c.Name)
			text := strings.ToLower(strings.Join(append(c.Aliases, name, c.Short, c.Long), "\n"))
			if strings.Contains(text, word) {
				fmt.Fprintf(tw, "%s\t%s\n", name, c.Short)
			}
			if c.Subs != nil {
				walk(c.Subs, name)
			}
		}
	}
	walk(in.Commands, "")
	tw.Flush()
}
