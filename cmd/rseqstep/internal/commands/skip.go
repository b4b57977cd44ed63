package commands

import (
	"fmt"
	"regexp"
	"strings"

	"rseqstep/cmd/rseqstep/internal/prompt"
	"rseqstep/cmd/rseqstep/internal/session"
)

// skipping is `skip` with its subcommands.
func (d *desk) skipping() []*prompt.Command {
	list := func(name, short string, do func(*session.Skip)) *prompt.Command {
		return &prompt.Command{Name: name, Usage: "[N...]", Short: short, Run: func(args string) error { return d.eachSkip(args, do) }}
	}
	subs := prompt.NewRegistry("skip",
		&prompt.Command{Name: "function", Usage: "[FUNCTION]", Short: "Skip a function; without FUNCTION the current one", Ranked: true, Complete: d.locations, Run: d.skipFunction},
		&prompt.Command{Name: "file", Usage: "[FILE]", Short: "Skip a source file; without FILE the current one", Ranked: true, Complete: d.locations,
			Run: func(args string) error {
				if args == "" {
					f, err := d.Frame()
					if err != nil || f.Line.File == "" {
						return prompt.Message("No default file now.")
					}
					args = f.Line.File
				}
				return d.addSkip(session.Skip{File: args})
			}},
		list("delete", "Delete skips; all of them without N", d.DeleteSkip),
		list("enable", "Enable skips", func(k *session.Skip) { k.Enabled = true }),
		list("disable", "Disable skips", func(k *session.Skip) { k.Enabled = false }),
	)
	return []*prompt.Command{{Name: "skip", Class: prompt.Running, Usage: "[FUNCTION | -fi FILE | -gfi GLOB | -fu FUNCTION | -rfu REGEXP ...]", Short: "Make step run over functions", Subs: subs, Ranked: true, Complete: d.locations,
		Long: "Without an argument, the current function is skipped. -fi names a source file,\n-gfi a pattern of source files as in a shell, -fu a function, and -rfu a regular\nexpression of functions; a function is skipped if all that is given applies.\n\"info skip\" lists the skips. Functions of system headers are skipped by default\n(\"help set skip-system\").",
		Run: func(args string) error {
			if !strings.HasPrefix(args, "-") {
				return d.skipFunction(args)
			}
			k, err := parseSkip(args)
			if err != nil {
				return err
			}
			return d.addSkip(k)
		}}}
}

func (d *desk) skipFunction(name string) error {
	if name == "" {
		f, err := d.Frame()
		if err != nil || f.Function == "" {
			return prompt.Message("No default function now.")
		}
		name = f.Function
	}
	return d.addSkip(session.Skip{Function: name})
}

// addSkip adds a skip and says so in gdb's words.
func (d *desk) addSkip(k session.Skip) error {
	d.AddSkip(k)
	file, function := "File", "Function"
	if k.Glob {
		file = "File(s)"
	}
	if k.Pattern != nil {
		function = "Function(s)"
	}
	switch {
	case k.File == "":
		d.printf("%s %s will be skipped when stepping.\n", function, k.Function)
	case k.Function == "":
		d.printf("%s %s will be skipped when stepping.\n", file, k.File)
	default:
		d.printf("%s %s in %s %s will be skipped when stepping.\n", function, k.Function, strings.ToLower(file[:1])+file[1:], k.File)
	}
	return nil
}

// parseSkip parses the options of `skip`.
func parseSkip(args string) (session.Skip, error) {
	var k session.Skip
	words, err := prompt.Words(args)
	if err != nil {
		return k, err
	}
	for i := 0; i < len(words); i += 2 {
		option := words[i]
		if i+1 == len(words) {
			return k, prompt.Message("Missing value for %s option.", option)
		}
		value, twice := words[i+1], false
		switch option {
		case "-fi", "-file":
			k.File, twice = value, k.File != ""
		case "-gfi", "-gfile":
			k.File, k.Glob, twice = value, true, k.File != ""
		case "-fu", "-function":
			k.Function, twice = value, k.Function != ""
		case "-rfu", "-rfunction":
			twice = k.Function != ""
			k.Function = value
			if k.Pattern, err = regexp.Compile(value); err != nil {
				return k, prompt.Message("Invalid regexp: %w", err)
			}
		default:
			return k, prompt.Message("Invalid skip option: %s", option)
		}
		if twice {
			return k, prompt.Message("Give one file and one function; %s is a second one.", value)
		}
	}
	return k, nil
}

// eachSkip calls do for the skips in a list, or for all if the list is empty.
func (d *desk) eachSkip(args string, do func(*session.Skip)) error {
	chosen, err := d.chosenSkips(args)
	for _, k := range chosen {
		do(k)
	}
	return err
}

func (d *desk) chosenSkips(args string) (chosen []*session.Skip, err error) {
	list, err := d.numbers(args)
	if err != nil {
		return nil, err
	}
	for _, k := range d.Skips() {
		if len(list) == 0 {
			chosen = append(chosen, k)
		}
		for _, n := range list {
			if k.Number == n {
				chosen = append(chosen, k)
			}
		}
	}
	if len(list) > 0 && len(chosen) == 0 {
		return nil, prompt.Message("No skiplist entries found with number %s.", args)
	}
	return chosen, nil
}

// infoSkip writes gdb's table.
func (d *desk) infoSkip(args string) error {
	chosen, err := d.chosenSkips(args)
	if err != nil {
		return err
	}
	if len(chosen) == 0 {
		d.printf("Not skipping any files or functions.\n")
		return nil
	}
	yes := map[bool]string{true: "y", false: "n"}
	or := func(text string) string {
		if text == "" {
			return "<none>"
		}
		return text
	}
	d.printf("%-5s %-3s %4s %-20s %2s %s\n", "Num", "Enb", "Glob", "File", "RE", "Function")
	for _, k := range chosen {
		d.printf("%-5s %-3s %4s %-20s %2s %s\n", fmt.Sprint(k.Number), yes[k.Enabled], yes[k.Glob], or(k.File), yes[k.Pattern != nil], or(k.Function))
	}
	return nil
}
