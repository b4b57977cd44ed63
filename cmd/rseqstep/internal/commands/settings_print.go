package commands

import (
	"slices"
	"strconv"
	"strings"

	"rseqstep/cmd/rseqstep/internal/prompt"
	"rseqstep/stepper/expr"
)

// printOption is one name of "set print", which is also an option of "print".
type printOption struct {
	name  string
	short string
	flag  func(*expr.Options) *bool
	count func(*expr.Options) *int // unlimited: all, the number
	all   int
}

// printOptions lists the options of the display of values, by gdb's names.
func printOptions() []printOption {
	flag := func(name, short string, p func(*expr.Options) *bool) printOption {
		return printOption{name: name, short: short, flag: p}
	}
	count := func(name, short string, all int, p func(*expr.Options) *int) printOption {
		return printOption{name: name, short: short, count: p, all: all}
	}
	return []printOption{
		count("elements", "Most elements or characters to show", 0, func(o *expr.Options) *int { return &o.Elements }),
		count("repeats", "Most equal elements to show one by one", 0, func(o *expr.Options) *int { return &o.Repeats }),
		count("max-depth", "Most structures in one another to show", -1, func(o *expr.Options) *int { return &o.Depth }),
		flag("pretty", "Whether to show one structure member per line", func(o *expr.Options) *bool { return &o.Pretty }),
		flag("array", "Whether to show one element of an array per line", func(o *expr.Options) *bool { return &o.Arrays }),
		flag("raw-values", "Whether to show values by their members", func(o *expr.Options) *bool { return &o.Raw }),
		flag("object", "Whether to show objects by their own class", func(o *expr.Options) *bool { return &o.Object }),
		flag("address", "Whether to show addresses", func(o *expr.Options) *bool { return &o.Address }),
		flag("symbol", "Whether to show what pointers point to", func(o *expr.Options) *bool { return &o.Symbol }),
		flag("array-indexes", "Whether to show the indexes of arrays", func(o *expr.Options) *bool { return &o.ArrayIndexes }),
		flag("null-stop", "Whether arrays of characters end at the first zero", func(o *expr.Options) *bool { return &o.NullStop }),
		flag("static-members", "Whether to show static members", func(o *expr.Options) *bool { return &o.StaticMembers }),
		flag("union", "Whether to show unions inside structures", func(o *expr.Options) *bool { return &o.Union }),
	}
}

// set sets the option from the text of a command.
func (p printOption) set(o *expr.Options, text string) error {
	if p.flag != nil {
		b, err := on(text)
		if err == nil {
			*p.flag(o) = b
		}
		return err
	}
	n, err := strconv.Atoi(text)
	switch {
	case text == "unlimited" || text == "0" && p.all == 0 || text == "-1" && p.all == -1:
		n = p.all
	case err != nil:
		return prompt.Message("%q is not an integer.", text)
	case n < 0:
		return prompt.Message("integer %d out of range", n)
	}
	*p.count(o) = n
	return nil
}

// get is the option's value as "show" prints it.
func (p printOption) get(o *expr.Options) string {
	if p.flag != nil {
		return onOff(*p.flag(o))
	}
	if n := *p.count(o); n != p.all {
		return strconv.Itoa(n)
	}
	return "unlimited"
}

// printSettings are the settings of "set print".
func (d *desk) printSettings() (list []setting) {
	o := d.PrintOptions()
	for _, p := range printOptions() {
		st := setting{names: []string{"print " + p.name}, short: p.short,
			get: func() string { return p.get(o) }, set: func(text string) error { return p.set(o, text) }}
		if p.flag != nil {
			st.words = []string{"on", "off"}
		}
		list = append(list, st)
	}
	return append(list, choice("print frame-arguments", "Which arguments the line of a frame shows", &o.Arguments,
		expr.ArgumentsScalars, expr.ArgumentsAll, expr.ArgumentsNone, expr.ArgumentsPresence),
		choice("print entry-values", "When frames show arguments as they were at entry", &o.EntryValues,
			expr.EntryDefault, expr.EntryNo, expr.EntryOnly, expr.EntryPreferred, expr.EntryIfNeeded, expr.EntryBoth, expr.EntryCompact))
}

// choice is a setting that is one of some words.
func choice[T ~string](name, short string, value *T, words ...T) setting {
	st := setting{names: []string{name}, short: short, get: func() string { return string(*value) }}
	for _, w := range words {
		st.words = append(st.words, string(w))
	}
	st.set = func(text string) error {
		if !slices.Contains(st.words, text) {
			return prompt.Message("%q is not one of: %s.", text, strings.Join(st.words, ", "))
		}
		*value = T(text)
		return nil
	}
	return st
}

// withPrintOptions runs a command whose arguments may begin with options of "set print":
// "-elements 4 -object -- x". It restores the options afterwards.
func (d *desk) withPrintOptions(args string, run func(args string) error) error {
	o := d.PrintOptions()
	old := *o
	defer func() { *o = old }()
	rest, err := setPrintOptions(o, args)
	if err != nil {
		return err
	}
	return run(rest)
}

// setPrintOptions sets the options at the start of args and returns what follows them. A minus
// sign that begins no option's name begins the expression.
func setPrintOptions(o *expr.Options, args string) (rest string, err error) {
	for {
		word, after := prompt.Split(args)
		if word == "--" {
			return after, nil
		}
		name, ok := strings.CutPrefix(word, "-")
		if !ok || name == "" {
			return args, nil
		}
		var found []printOption
		for _, p := range printOptions() {
			if p.name == name {
				found = []printOption{p}
				break
			}
			if strings.HasPrefix(p.name, name) {
				found = append(found, p)
			}
		}
		if len(found) != 1 {
			return args, nil
		}
		p, value := found[0], "on"
		next, past := prompt.Split(after)
		if _, err := on(next); p.count != nil || err == nil && next != "" {
			value, after = next, past
		}
		if p.count != nil && value == "" {
			return args, prompt.Message("-%s requires an argument", p.name)
		}
		if err := p.set(o, value); err != nil {
			return args, err
		}
		args = after
	}
}
