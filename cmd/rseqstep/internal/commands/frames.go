package commands

import (
	"errors"
	"strings"

	"rseqstep/cmd/rseqstep/internal/prompt"
	"rseqstep/cmd/rseqstep/internal/session"
	"rseqstep/cmd/rseqstep/internal/show"
)

// frames are the subcommands of `frame`.
func (d *desk) frames() *prompt.Registry {
	choose := func(level int) error {
		if err := d.SelectFrame(level); err != nil {
			return err
		}
		return d.ShowFrame()
	}
	return prompt.NewRegistry("frame",
		&prompt.Command{Name: "level", Usage: "N", Short: "Select and show frame N",
			Run: d.frameLevel},
		&prompt.Command{Name: "function", Usage: "NAME", Short: "Select and show the innermost frame of a function", Ranked: true, Complete: d.locations,
			Run: func(args string) error {
				if args == "" {
					return prompt.Message("Missing function name argument")
				}
				frames, err := d.Frames(session.MaxFrames)
				if err != nil {
					return err
				}
				for i := range frames {
					if frames[i].Function == args {
						return choose(i)
					}
				}
				return prompt.Message("No frame for function \"%s\".", args)
			}},
		&prompt.Command{Name: "apply", Usage: "all|N|-N [-q] [-s] COMMAND", Short: "Run a command in several frames",
			Long: "N: the N innermost frames, -N: the N outermost.\n" + applyHelp, Run: d.applyFrames},
	)
}

// applyHelp explains the options of `thread apply` and `frame apply`.
const applyHelp = "An error is shown, and the command goes on. -q: no heading before each result.\n-s: nothing is shown where the command fails or prints nothing."

// applyFlags are those options.
type applyFlags struct {
	quiet     bool // no headings
	silent    bool // show nothing where the command fails or prints nothing
	ascending bool
}

// parseApply splits the options off the front of a command.
func parseApply(text string) (f applyFlags, command string) {
	for {
		word, rest, _ := strings.Cut(text, " ")
		switch word {
		case "-q":
			f.quiet = true
		case "-s":
			f.silent = true
		case "-c": // what happens anyway
		case "-ascending":
			f.ascending = true
		case "--":
			return f, strings.TrimSpace(rest)
		default:
			return f, text
		}
		text = strings.TrimSpace(rest)
	}
}

// apply runs a command for one thread or frame below a heading, and reports whether it failed.
func (d *desk) apply(f applyFlags, heading, command string) (failed bool, err error) {
	out := d.Out
	text := &strings.Builder{}
	if f.silent {
		d.Out = text
	} else if !f.quiet {
		d.heading(heading)
	}
	err = d.in.Execute(command)
	d.Out = out
	var quit *prompt.Quit
	switch {
	case errors.As(err, &quit) || errors.Is(err, prompt.ErrAborted):
		return true, err
	case f.silent:
		if err == nil && text.Len() > 0 {
			if !f.quiet {
				d.heading(heading)
			}
			d.printf("%s", text)
		}
		return false, nil
	case err != nil && !errors.Is(err, prompt.ErrReported):
		d.complain(err)
	}
	return err != nil, nil
}

// heading shows the thread or frame that a command is run for.
func (d *desk) heading(text string) {
	if done, _ := d.asJSON("apply", show.Fields{"to": strings.Trim(text, "\n:")}); !done {
		d.printf("%s\n", text)
	}
}

func (d *desk) applyFrames(args string) error {
	frames, err := d.Frames(session.MaxFrames)
	if err != nil {
		return err
	}
	word, rest := strings.TrimSpace(args), ""
	word, rest, _ = strings.Cut(word, " ")
	first, last := 0, len(frames)
	if word != "all" {
		n, err := d.integer(word)
		if err != nil || n == 0 {
			return prompt.Message("Give the frames (\"all\", or a number) and a command.")
		}
		if n > 0 {
			last = min(n, last)
		} else {
			first = max(0, last+n)
		}
	}
	f, command := parseApply(strings.TrimSpace(rest))
	if command == "" {
		return prompt.Message("Please specify a command to apply on the selected frames")
	}
	was, wrong := d.Level(), false
	for level := first; level < last; level++ {
		if err := d.SelectFrame(level); err != nil {
			return err
		}
		frame, err := d.Frame()
		if err != nil {
			return err
		}
		failed, err := d.apply(f, frame.Numbered(d.Style), command)
		if err != nil {
			return err
		}
		wrong = wrong || failed
		if !d.HasProcess() {
			return nil
		}
	}
	if err := d.SelectFrame(was); err != nil {
		return err
	}
	return reported(wrong)
}

// reported is the error of a command that has already shown what was wrong.
func reported(wrong bool) error {
	if wrong {
		return prompt.ErrReported
	}
	return nil
}

// frameLevel selects and shows the frame with a number.
func (d *desk) frameLevel(args string) error {
	n, err := d.integer(args)
	if err != nil {
		return err
	}
	frames, err := d.Frames(n + 1)
	if err != nil {
		return err
	}
	if n < 0 || n >= len(frames) {
		return prompt.Message("No frame at level %s.", args)
	}
	if err := d.SelectFrame(n); err != nil {
		return err
	}
	return d.ShowFrame()
}
