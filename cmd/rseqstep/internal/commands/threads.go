package commands

import (
	"fmt"
	"regexp"
	"slices"
	"strings"

	"rseqstep/cmd/rseqstep/internal/prompt"
	"rseqstep/stepper"
)

func (d *desk) threads() []*prompt.Command {
	const long = "N... are threads, such as 1 3-5.\n" + applyHelp
	subs := prompt.NewRegistry("thread",
		&prompt.Command{Name: "apply", Usage: "N...|all [-ascending] [-q] [-s] COMMAND", Short: "Run a command in several threads",
			Long: "all: from the last thread to the first, or with -ascending the other way.\n" + long, Run: d.applyThreads},
		&prompt.Command{Name: "name", Usage: "[NAME]", Short: "Name the selected thread for the debugger; without NAME undo it",
			Run: func(args string) error {
				e, err := d.Engine()
				if err != nil {
					return prompt.Message("No thread selected")
				}
				d.NameThread(e.Thread(), args)
				return nil
			}},
		&prompt.Command{Name: "find", Usage: "REGEXP", Short: "Find threads by their names and ids", Run: d.findThreads},
	)
	return []*prompt.Command{
		{Name: "thread", Aliases: []string{"t"}, Class: prompt.Stack, Usage: "[N]", Short: "Select a thread, or show which one is selected", Subs: subs, Repeat: prompt.RepeatSame,
			Run: func(args string) error {
				e, err := d.Engine()
				if err != nil {
					return prompt.Message("No thread selected")
				}
				if args == "" {
					for _, t := range e.Threads() {
						if t.TID == e.Thread() {
							d.printf("[Current thread is %d (%s)]\n", t.Number, d.target(t))
						}
					}
					return nil
				}
				n, err := d.integer(args)
				if err != nil {
					return err
				}
				if err := d.SelectThread(n); err != nil {
					return err
				}
				d.printf("[Switching to thread %d (Thread %d)]\n", n, e.Thread())
				return d.ShowFrame()
			}},
		{Name: "taas", Class: prompt.Stack, Usage: "[OPTION...] COMMAND", Short: "Same as \"thread apply all -s COMMAND\"", Long: applyHelp,
			Run: func(args string) error { return d.applyThreads("all -s " + args) }},
	}
}

// target describes a thread: its id and name.
func (d *desk) target(t stepper.ThreadInfo) string {
	return fmt.Sprintf("Thread %d %q", t.TID, d.ThreadName(t))
}

func (d *desk) findThreads(args string) error {
	if args == "" {
		return prompt.Message("Command requires an argument.")
	}
	re, err := regexp.Compile(args)
	if err != nil {
		return prompt.Message("Invalid regexp: %w", err)
	}
	e, err := d.Engine()
	if err != nil {
		return err
	}
	found := false
	for _, t := range e.Threads() {
		if name := d.ThreadName(t); re.MatchString(name) {
			d.printf("Thread %d has name '%s'\n", t.Number, name)
			found = true
		}
		if id := fmt.Sprintf("Thread %d", t.TID); re.MatchString(id) {
			d.printf("Thread %d has target id '%s'\n", t.Number, id)
			found = true
		}
	}
	if !found {
		d.printf("No threads match '%s'\n", args)
	}
	return nil
}

func (d *desk) applyThreads(args string) error {
	e, err := d.Engine()
	if err != nil {
		return err
	}
	all := map[int]stepper.ThreadInfo{}
	var last []int
	for _, t := range e.Threads() {
		all[t.Number] = t
		last = append(last, t.Number)
	}
	slices.Sort(last)
	list, rest := []int(nil), strings.TrimSpace(args)
	first, after, _ := strings.Cut(rest, " ")
	if first == "all" {
		rest = strings.TrimSpace(after)
	} else {
		for rest != "" {
			word, after, _ := strings.Cut(rest, " ")
			nums, err := d.numbers(word)
			if err != nil || word[0] == '-' {
				break
			}
			list, rest = append(list, nums...), strings.TrimSpace(after)
		}
	}
	f, command := parseApply(rest)
	if first == "all" {
		list = last
		if !f.ascending {
			slices.Reverse(list)
		}
	}
	if len(list) == 0 || command == "" {
		return prompt.Message("Give the threads (numbers, or \"all\") and a command.")
	}
	tid, level, wrong := e.Thread(), d.Level(), false
	for _, n := range list {
		t, ok := all[n]
		if !ok {
			d.complain(prompt.Message("Unknown thread %d.", n))
			wrong = true
			continue
		}
		if err := d.Session.SelectThread(n); err != nil {
			return err
		}
		failed, err := d.apply(f, fmt.Sprintf("\nThread %d (%s):", n, d.target(t)), command)
		if err != nil {
			return err
		}
		wrong = wrong || failed
		if !d.HasProcess() {
			return nil
		}
	}
	if err := e.SelectThread(tid); err != nil {
		return err
	}
	if err := d.SelectFrame(level); err != nil {
		return err
	}
	return reported(wrong)
}
