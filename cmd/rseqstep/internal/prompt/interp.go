package prompt

import (
	"errors"
	"fmt"
	"io"
	"strings"
)

// Quit is the error by which a command ends the session.
type Quit struct{ Status int }

func (q *Quit) Error() string { return fmt.Sprintf("quit with status %d", q.Status) }

// ErrAborted is returned by a Source when its user cancelled the line (Ctrl-C).
var ErrAborted = errors.New("Quit")

// ErrReported marks an error whose message the user has already seen.
var ErrReported = errors.New("already reported")

// Interp runs command lines.
type Interp struct {
	Commands *Registry
	Err      io.Writer
	Ask      string // the prompt

	// After returns lines that a command left to be run (a breakpoint's commands).
	// Interp calls it again after each of them. nil for none.
	After func() []string

	// Around runs a command, by calling run, with what its whole line asks for besides; nil:
	// run is called.
	Around func(cmd *Command, line string, run func() error) error

	// Log receives every line that is run; nil for none.
	Log func(line string)

	// Failed counts the commands that ended in an error in Loop and GoOn.
	Failed int

	sources []Source
	repeat  string // the command that an empty line repeats
	depth   int
}

// maxDepth limits scripts that source themselves.
const maxDepth = 64

// Source returns the source of the line being run; nil if there is none.
func (in *Interp) Source() Source {
	if len(in.sources) == 0 {
		return nil
	}
	return in.sources[len(in.sources)-1]
}

// Interactive reports whether a user typed the line being run.
func (in *Interp) Interactive() bool {
	s := in.Source()
	return s != nil && s.Interactive()
}

// Loop runs the lines of src to its end. It prints errors and continues. It returns nil
// at the end of src, or the *Quit that ended it. If a user ends the input (Ctrl-D),
// Loop runs the command quit, which may ask before it ends a program.
func (in *Interp) Loop(src Source) error {
	in.sources = append(in.sources, src)
	defer func() { in.sources = in.sources[:len(in.sources)-1] }()
	for {
		line, err := src.Line(in.Ask)
		switch {
		case errors.Is(err, ErrAborted):
			fmt.Fprintln(in.Err, err)
			continue
		case errors.Is(err, io.EOF):
			if _, none := in.Commands.Find("quit"); none != nil || !src.Interactive() {
				return nil
			}
			line = "quit"
			fmt.Fprintln(in.Err, line)
		case err != nil:
			return err
		}
		if src.Interactive() && strings.TrimSpace(line) == "" {
			line = in.repeat
		}
		if err := in.Execute(line); err != nil {
			var quit *Quit
			if errors.As(err, &quit) {
				return err
			}
			in.failed(err)
		}
	}
}

// failed counts and shows the error of a command after which the next one is run.
func (in *Interp) failed(err error) {
	in.Failed++
	if !errors.Is(err, ErrReported) {
		fmt.Fprintln(in.Err, err)
	}
}

// GoOn is Script that shows an error and continues with the next line. It returns what ends
// the session: a *Quit, ErrAborted, or an error of src.
func (in *Interp) GoOn(src Source) error {
	for {
		err := in.Script(src)
		var quit *Quit
		if err == nil || errors.As(err, &quit) || errors.Is(err, ErrAborted) {
			return err
		}
		in.failed(err)
	}
}

// Script runs the lines of src and stops at the first error, which it returns with its
// location.
func (in *Interp) Script(src Source) error {
	if in.depth >= maxDepth {
		return fmt.Errorf("commands and scripts nested more than %d deep", maxDepth)
	}
	in.depth++
	in.sources = append(in.sources, src)
	defer func() { in.depth--; in.sources = in.sources[:len(in.sources)-1] }()
	for {
		line, err := src.Line(in.Ask)
		if errors.Is(err, io.EOF) {
			return nil
		}
		if err != nil {
			return err
		}
		where := src.Where()
		if err := in.Execute(line); err != nil {
			var quit *Quit
			if where == "" || errors.As(err, &quit) || errors.Is(err, ErrReported) || errors.Is(err, ErrAborted) {
				return err
			}
			return fmt.Errorf("%s: %w", where, err)
		}
	}
}

// Execute runs one line, and the lines that it left to be run.
func (in *Interp) Execute(line string) error {
	if err := in.one(line); err != nil {
		return err
	}
	return in.after()
}

// after runs the lines that stops left. A list that resumes the program ends there: the
// list of the new stop replaces it.
func (in *Interp) after() error {
	for in.After != nil {
		lines := in.After()
		if lines == nil {
			return nil
		}
		if err := in.list(&Lines{Text: lines}); err != nil {
			return err
		}
	}
	return nil
}

// list runs the lines of src, but not the lines that they leave; the caller does that.
func (in *Interp) list(src Source) error {
	in.sources = append(in.sources, src)
	defer func() { in.sources = in.sources[:len(in.sources)-1] }()
	for {
		line, err := src.Line("")
		if errors.Is(err, io.EOF) {
			return nil
		}
		if err == nil {
			err = in.one(line)
		}
		if err != nil {
			return err
		}
	}
}

func (in *Interp) one(line string) error {
	line = strings.TrimSpace(line)
	if line == "" || strings.HasPrefix(line, "#") {
		return nil
	}
	if in.Log != nil {
		in.Log(line)
	}
	cmd, args, err := in.Resolve(line)
	if err != nil {
		return err
	}
	switch cmd.Repeat {
	case RepeatSame:
		in.repeat = line
	case RepeatBare:
		word, _ := Split(line)
		in.repeat = word
		if format, _ := Format(args); format != "" {
			in.repeat += "/" + format
		}
	default:
		in.repeat = ""
	}
	run := func() error { return cmd.Run(args) }
	if in.Around == nil {
		return run()
	}
	word, _ := Split(line)
	first, err := in.Commands.Find(word)
	if err != nil {
		return err
	}
	return in.Around(first, line, run)
}

// Resolve finds the command for a line, including subcommands, and its arguments.
func (in *Interp) Resolve(line string) (*Command, string, error) {
	word, args := Split(line)
	cmd, err := in.Commands.Find(word)
	if err != nil {
		return nil, "", err
	}
	for cmd.Subs != nil {
		word, rest := Split(args)
		sub, err := cmd.Subs.Find(word)
		if word == "" || err != nil {
			if cmd.Run == nil {
				if word == "" {
					return nil, "", fmt.Errorf("%q must be followed by the name of a subcommand: %s", cmd.Name, strings.Join(cmd.Subs.Names(""), ", "))
				}
				return nil, "", err
			}
			break
		}
		cmd, args = sub, rest
	}
	return cmd, args, nil
}

// Block reads lines up to a line "end", or to the end of the input, from the source of
// the current command. A command among them that reads a block has an "end" of its own.
func (in *Interp) Block(ask string) ([]string, error) {
	src := in.Source()
	if src == nil {
		return nil, errors.New("there are no more lines before \"end\"")
	}
	lines, inner := []string{}, 0
	for {
		line, err := src.Line(ask)
		line = strings.TrimSpace(line)
		switch {
		case errors.Is(err, io.EOF):
			if src.Interactive() {
				fmt.Fprintln(in.Err, "quit") // as gdb shows the key
			}
			return lines, nil
		case err != nil:
			return nil, err
		case line == "end" && inner == 0:
			return lines, nil
		case line == "end":
			inner--
		case in.hasBlock(line):
			inner++
		}
		lines = append(lines, line)
	}
}

func (in *Interp) hasBlock(line string) bool {
	if line == "" || line[0] == '#' {
		return false
	}
	cmd, _, err := in.Resolve(line)
	return err == nil && cmd.Block
}

// Else splits the lines of a block at the "else" that belongs to it.
func (in *Interp) Else(lines []string) (before, after []string) {
	inner := 0
	for i, line := range lines {
		switch {
		case line == "else" && inner == 0:
			return lines[:i], lines[i+1:]
		case line == "end":
			inner--
		case in.hasBlock(line):
			inner++
		}
	}
	return lines, nil
}
