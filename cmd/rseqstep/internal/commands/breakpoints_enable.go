package commands

import (
	"fmt"
	"strconv"
	"strings"

	"rseqstep/cmd/rseqstep/internal/prompt"
	"rseqstep/cmd/rseqstep/internal/session"
)

func (d *desk) enable() *prompt.Command {
	each := func(name, short string, do func(*session.Breakpoint) error) *prompt.Command {
		return &prompt.Command{Name: name, Usage: "[N...]", Short: short, Run: func(args string) error { return d.forEach(args, do) }}
	}
	return &prompt.Command{Name: "enable", Aliases: []string{"en"}, Class: prompt.Breakpoints, Usage: "[once|delete|count HITS] [N[.PLACE]...]", Short: "Enable breakpoints",
		Long: "N.PLACE is one place of a breakpoint that has several, as \"info breakpoints\"\nnumbers them; N.1-3 are three of them.",
		Subs: prompt.NewRegistry("enable",
			&prompt.Command{Name: "breakpoints", Usage: "[N[.PLACE]...]", Short: "Enable breakpoints", Run: d.enabling(true)},
			each("once", "Enable breakpoints; disable each when it is hit", func(b *session.Breakpoint) error { return d.enableFor(b, 0) }),
			each("delete", "Enable breakpoints; delete each when it is hit", func(b *session.Breakpoint) error {
				b.Temporary, b.Once, b.Count = true, false, 0
				return d.Replant(b)
			}),
			&prompt.Command{Name: "count", Usage: "HITS N...", Short: "Enable breakpoints; disable each after HITS hits", Run: d.enableCount},
			d.display("display", "Show displays again", true)),
		Run: d.enabling(true)}
}

func (d *desk) disable() *prompt.Command {
	return &prompt.Command{Name: "disable", Aliases: []string{"dis", "disa"}, Class: prompt.Breakpoints, Usage: "[N[.PLACE]...]", Short: "Disable breakpoints",
		Long: "N.PLACE is one place of a breakpoint that has several, as \"info breakpoints\"\nnumbers them; N.1-3 are three of them.",
		Subs: prompt.NewRegistry("disable", &prompt.Command{Name: "breakpoints", Usage: "[N[.PLACE]...]", Short: "Disable breakpoints", Run: d.enabling(false)},
			d.display("display", "Stop showing displays", false)),
		Run: d.enabling(false)}
}

// enabling enables or disables what a list names: "1 3-5 2.1 6.2-3".
func (d *desk) enabling(on bool) func(string) error {
	return func(args string) error {
		if args == "" {
			return d.forEach("", func(b *session.Breakpoint) error { return d.Enable(b, on) })
		}
		for _, word := range strings.FieldsFunc(args, func(r rune) bool { return r == ' ' || r == ',' || r == '\t' }) {
			number, places, ofPlaces := strings.Cut(word, ".")
			do := func(b *session.Breakpoint) error { return d.Enable(b, on) }
			if ofPlaces {
				low, high, err := placeRange(word, places)
				if err != nil {
					return err
				}
				do = func(b *session.Breakpoint) error {
					for place := low; place <= high; place++ {
						if err := d.EnablePlace(b, place, on); err != nil {
							return err
						}
					}
					return nil
				}
			}
			if err := d.forEach(number, do); err != nil {
				return err
			}
		}
		return nil
	}
}

// placeRange parses what follows the "." of a word of a list: "2" or "2-4".
func placeRange(word, text string) (low, high int, err error) {
	first, last, ranged := strings.Cut(text, "-")
	if low, err = strconv.Atoi(first); err != nil || low < 1 {
		return 0, 0, prompt.Message("Bad breakpoint number at or near: '%s'", word)
	}
	if !ranged {
		return low, low, nil
	}
	switch high, err = strconv.Atoi(last); {
	case err != nil:
		return 0, 0, prompt.Message("Bad breakpoint location number at or near: '%s'", text)
	case high < low:
		return 0, 0, prompt.Message("Inverted breakpoint location range at '%s'", text)
	}
	return low, high, nil
}

// enableFor enables a breakpoint for a number of hits; 0: one.
func (d *desk) enableFor(b *session.Breakpoint, hits int) error {
	b.Once, b.Count = true, hits
	if b.Temporary {
		b.Temporary = false
		return d.Replant(b)
	}
	return d.Enable(b, true)
}

func (d *desk) enableCount(args string) error {
	count, list, _ := strings.Cut(args, " ")
	if count == "" {
		return prompt.Message("Argument required (hit count).")
	}
	hits, err := d.integer(count)
	switch {
	case err != nil:
		return err
	case strings.TrimSpace(list) == "":
		return prompt.Message("Argument required (one or more breakpoint numbers).")
	case hits < 0:
		return fmt.Errorf("a breakpoint cannot be hit %d times", hits)
	}
	return d.forEach(list, func(b *session.Breakpoint) error { return d.enableFor(b, hits) })
}
