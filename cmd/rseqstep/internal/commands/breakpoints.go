package commands

import (
	"fmt"
	"strconv"
	"strings"

	"rseqstep/cmd/rseqstep/internal/prompt"
	"rseqstep/cmd/rseqstep/internal/session"
	"rseqstep/stepper"
)

func (d *desk) breaking() []*prompt.Command {
	const long = "LOCATION is a function, FILE:LINE, a line of the current file, or *ADDRESS. The\ndefault is the address of the selected frame. With \"if COND\", threads stop only\nif COND is not zero; with \"thread N\", only thread N stops.\n\nFor a location inside a restartable sequence, the trap goes on the store that\narms the sequence: a trap inside would abort it each time. From there rseqstep\nsteps the thread to the location in a quiet phase, with the thread's rseq\nregistration removed and all other threads stopped. The thread stops there\nlive: its work so far is valid, and it can still commit.\n\nWhen the process executes another program, rseqstep looks every LOCATION up\nagain. A breakpoint whose LOCATION is not found becomes pending, and so does\none at *NUMBER unless the same file is at that address."
	set := func(name string, aliases []string, short string, kind stepper.BreakpointKind, temporary bool) *prompt.Command {
		return &prompt.Command{Name: name, Aliases: aliases, Class: prompt.Breakpoints, Usage: "[LOCATION] [thread N] [if COND]",
			Short: short, Long: long, Ranked: true, Complete: d.locations,
			Run: func(args string) error {
				w, err := parseWhere(args)
				if err != nil {
					return err
				}
				b := &session.Breakpoint{Kind: kind, Temporary: temporary, Location: w.location, Condition: w.condition, Thread: w.thread,
					Address: strings.HasPrefix(w.location, "*")}
				if b.Location == "" {
					if b.Location, err = d.here(); err != nil {
						return err
					}
					b.Address = true
				}
				if b.Location, err = d.fullLocation(b.Location); err != nil {
					return err
				}
				return d.Add(b)
			}}
	}
	return []*prompt.Command{
		set("break", []string{"b", "br", "bre", "brea"}, "Set a breakpoint", stepper.BreakSoftware, false),
		set("tbreak", []string{"tb", "tbr"}, "Set a breakpoint that is deleted when it is hit", stepper.BreakSoftware, true),
		set("hbreak", []string{"hb"}, "Set a breakpoint in a debug register", stepper.BreakHardware, false),
		set("thbreak", []string{"thb"}, "Set a debug-register breakpoint, deleted when hit", stepper.BreakHardware, true),
	}
}

// where is the argument of `break`.
type where struct {
	location, condition string
	thread              int // number; 0 for all
}

// parseWhere parses "LOCATION thread N if COND". Every part is optional; "if" extends
// to the end of the line.
func parseWhere(args string) (where, error) {
	var w where
	rest := args
	if i := keyword(rest, "if"); i >= 0 {
		w.condition = strings.TrimSpace(rest[i+2:])
		rest = strings.TrimSpace(rest[:i])
		if w.condition == "" {
			return w, prompt.Message("A condition must follow \"if\".")
		}
	}
	if i := keyword(rest, "thread"); i >= 0 {
		text := strings.TrimSpace(rest[i+len("thread"):])
		n, err := strconv.Atoi(text)
		if err != nil || n < 1 {
			return w, prompt.Message("%q is not a thread number.", text)
		}
		w.thread = n
		rest = strings.TrimSpace(rest[:i])
	}
	w.location = rest
	return w, nil
}

// keyword returns the index of a word outside quotes and brackets, or -1.
func keyword(s, word string) int {
	depth, quoted := 0, false
	for i := 0; i < len(s); i++ {
		switch s[i] {
		case '\'', '"':
			quoted = !quoted
		case '(', '[':
			depth++
		case ')', ']':
			depth--
		}
		if quoted || depth > 0 || !strings.HasPrefix(s[i:], word) {
			continue
		}
		end := i + len(word)
		before := i == 0 || s[i-1] == ' ' || s[i-1] == '\t' || s[i-1] == ')'
		after := end == len(s) || s[end] == ' ' || s[end] == '\t' || s[end] == '('
		if before && after {
			return i
		}
	}
	return -1
}

// here returns the address of the selected frame, as a location.
func (d *desk) here() (string, error) {
	f, err := d.Frame()
	if err != nil {
		return "", prompt.Message("No default breakpoint address now.")
	}
	return "*" + f.PC.String(), nil
}

// fullLocation turns a line number, "+N" or "-N" into FILE:LINE.
func (d *desk) fullLocation(loc string) (string, error) {
	n, err := strconv.Atoi(loc)
	if err != nil {
		return loc, nil
	}
	at, err := d.DefaultLine()
	if err != nil {
		return "", err
	}
	if loc[0] == '+' || loc[0] == '-' {
		n += at.Line
	}
	return fmt.Sprintf("%s:%d", at.File, n), nil
}

// locations completes functions and files.
func (d *desk) locations(args string) []string {
	last := args[strings.LastIndexAny(args, " \t*")+1:]
	return d.LocationNames(last)
}

func (d *desk) watching() []*prompt.Command {
	set := func(name, short string, kind stepper.BreakpointKind) *prompt.Command {
		return &prompt.Command{Name: name, Class: prompt.Breakpoints, Usage: "[-l] EXPR [thread N] [if COND]", Short: short, Ranked: true, Complete: d.variables,
			Long: "EXPR must have an address and a size of 1, 2, 4 or 8 bytes: a debug register\nwatches it. rseqstep watches the address that EXPR has now; the memory there\nneed not be readable yet.",
			Run: func(args string) error {
				args = strings.TrimSpace(strings.TrimPrefix(strings.TrimPrefix(args, "-location"), "-l"))
				w, err := parseWhere(args)
				if err != nil {
					return err
				}
				if w.location == "" {
					return prompt.Message("Argument required (expression to compute).")
				}
				return d.Add(&session.Breakpoint{Kind: kind, Location: w.location, Condition: w.condition, Thread: w.thread})
			}}
	}
	return []*prompt.Command{
		set("watch", "Stop when an expression's value changes", stepper.WatchWrite),
		set("rwatch", "Stop when an expression is read", stepper.WatchRead),
		set("awatch", "Stop when an expression is read or written", stepper.WatchAccess),
	}
}
