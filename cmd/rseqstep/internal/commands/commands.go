package commands

import (
	"fmt"
	"strconv"
	"strings"

	"rseqstep/cmd/rseqstep/internal/prompt"
	"rseqstep/cmd/rseqstep/internal/session"
)

// All builds the command table of a session and stores it in in.
func All(in *prompt.Interp, s *session.Session) {
	in.Commands = prompt.NewRegistry("")
	in.Commands.Absent = absent()
	in.After = s.After
	d := &desk{Session: s, in: in}
	s.Shown = d.nextLine
	in.Around = d.around
	families := []func() []*prompt.Command{
		d.starting, d.stepping, d.skipping, d.forcing, d.signals,
		d.breaking, d.watching, d.catching, d.changing, d.several, d.saving, d.attaching,
		d.stack, d.threads,
		d.printing, d.macros, d.displays, d.memory, d.disassembly,
		d.files, d.listing,
		d.info, d.rseqCommands, d.settings,
		d.support, d.scripting, d.naming, d.piping,
	}
	for _, family := range families {
		for _, c := range family() {
			in.Commands.Add(c)
		}
	}
}

// desk is the receiver of all commands.
type desk struct {
	*session.Session
	in *prompt.Interp
}

func (d *desk) printf(format string, args ...any) { fmt.Fprintf(d.Out, format, args...) }

// complain shows an error of a part of a command, which goes on.
func (d *desk) complain(err error) { fmt.Fprintln(d.Err, err) }

// sure is Ask for commands that ask only if the user typed them, not in a script or in
// another command: gdb's from_tty.
func (d *desk) sure(refusal error, format string, args ...any) error {
	if !d.in.Interactive() {
		return nil
	}
	return d.Ask(refusal, format, args...)
}

// count reads an optional repetition count; "" is 1.
func (d *desk) count(args string) (int, error) {
	if args == "" {
		return 1, nil
	}
	n, err := d.integer(args)
	if err != nil {
		return 0, err
	}
	if n < 1 {
		return 0, fmt.Errorf("%s is not a repeat count; give 1 or more", args)
	}
	return n, nil
}

// integer parses a number: a literal, or an expression such as $i.
func (d *desk) integer(text string) (int, error) {
	if n, err := strconv.ParseInt(text, 0, 64); err == nil {
		return int(n), nil
	}
	out, err := d.Values().Output("d", text)
	if err != nil {
		return 0, err
	}
	n, err := strconv.Atoi(strings.TrimSpace(out))
	if err != nil {
		return 0, fmt.Errorf("%q is not an integer", text)
	}
	return n, nil
}

// numbers is the function numbers for a list that may have variables, such as "$bpnum".
func (d *desk) numbers(args string) ([]int, error) {
	words := strings.Fields(args)
	for i, w := range words {
		if !strings.HasPrefix(w, "$") {
			continue
		}
		n, err := d.integer(w)
		if err != nil {
			return nil, prompt.Message("Convenience variable must have integer value.")
		}
		words[i] = strconv.Itoa(n)
	}
	return numbers(strings.Join(words, " "))
}

// numbers parses a list such as "1 3-5".
func numbers(args string) ([]int, error) {
	var out []int
	for _, w := range strings.FieldsFunc(args, func(r rune) bool { return r == ' ' || r == ',' || r == '\t' }) {
		low, high, ranged := strings.Cut(w, "-")
		a, err := strconv.Atoi(low)
		if err != nil || a < 0 {
			return nil, prompt.Message("Bad number %q; a list is like \"1 3-5\".", w)
		}
		b := a
		if ranged {
			if b, err = strconv.Atoi(high); err != nil || b < a || b-a > 100000 {
				return nil, prompt.Message("Bad range %q.", w)
			}
		}
		for ; a <= b; a++ {
			out = append(out, a)
		}
	}
	return out, nil
}

// on parses on/off as gdb's settings do; "" means on.
func on(text string) (bool, error) {
	switch text {
	case "", "on", "1", "yes", "enable":
		return true, nil
	case "off", "0", "no", "disable":
		return false, nil
	}
	return false, prompt.Message("%q is neither \"on\" nor \"off\".", text)
}

func onOff(b bool) string {
	if b {
		return "on"
	}
	return "off"
}

func noArgs(args string) error {
	if args != "" {
		return prompt.Message("This command takes no arguments: %q.", args)
	}
	return nil
}
