package commands

import (
	"slices"
	"strings"

	"rseqstep/cmd/rseqstep/internal/prompt"
	"rseqstep/cmd/rseqstep/internal/show"
	"rseqstep/stepper/machine"
	"rseqstep/stepper/machine/arches"
)

// bareRegisterNames returns the general registers in gdb's order; without a program,
// those of every architecture that can be debugged.
func (d *desk) bareRegisterNames() (names []string) {
	for _, a := range d.archs() {
		for _, x := range a.Shown {
			if x != a.Syscall { // gdb's "info registers" leaves it out
				names = append(names, a.Names[x])
			}
			if x == a.Flags {
				names = append(names, a.Status...)
			}
		}
		names = append(names, a.Masks...)
	}
	return names
}

func (d *desk) archs() []*machine.Arch {
	if a := d.Arch(); a != nil {
		return []*machine.Arch{a}
	}
	return arches.All()
}

// registerNames returns the registers, and other names, as expressions spell them.
func (d *desk) registerNames() []string {
	names := append(d.bareRegisterNames(), "pc", "sp", "fp", "_", "__", "_exitcode")
	for _, a := range d.archs() {
		for _, v := range a.Views() {
			names = append(names, v.Name)
		}
	}
	for n := range names {
		names[n] = "$" + names[n]
	}
	slices.Sort(names)
	return slices.Compact(names)
}

func (d *desk) infoRegisters(args string) error { return d.registers(args, false) }

func (d *desk) infoAllRegisters(args string) error { return d.registers(args, true) }

// registers shows registers in gdb's three columns: name, hexadecimal, and the value in
// the register's natural type.
func (d *desk) registers(args string, all bool) error {
	if !d.HasProcess() {
		return prompt.Message("The program has no registers now.")
	}
	names := strings.Fields(strings.ReplaceAll(args, "$", ""))
	if len(names) == 0 {
		names = d.bareRegisterNames()
		if all {
			names = append(names, slices.DeleteFunc(d.Arch().OtherNames(), func(n string) bool { return slices.Contains(names, n) })...)
		}
	}
	list := []show.JSONVariable{}
	for _, n := range names {
		hex, err := d.Values().Output("x", "$"+n)
		if err != nil || hex == "void" {
			if args == "" {
				continue // this processor does not have the register
			}
			return prompt.Message("Invalid register %q.", n)
		}
		natural, err := d.Values().Output("", "$"+n)
		if err != nil {
			return err
		}
		switch x, _ := d.Arch().Register(n); {
		case x == d.Arch().PC:
			natural = hex
			if f, err := d.Frame(); err == nil && d.Symbolic(f.PC) != "" {
				natural += " <" + d.Symbolic(f.PC) + ">"
			}
		case strings.HasPrefix(natural, "("): // a pointer, with its type
			natural = hex
		}
		switch {
		case d.JSON != nil:
			list = append(list, show.JSONVariable{Name: n, Value: natural, Raw: hex})
		case strings.HasPrefix(natural, "{"): // a vector, which gdb shows in hexadecimal only
			d.printf("%-15s%s\n", n, hex)
		case strings.HasPrefix(n, "st") && len(n) == 3:
			d.printf("%-15s%-19s (raw %s)\n", n, natural, hex)
		default:
			d.printf("%-15s%-19s %s\n", n, hex, natural)
		}
	}
	_, err := d.asJSON("registers", show.Fields{"registers": list})
	return err
}
