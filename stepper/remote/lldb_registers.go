package remote

import (
	"fmt"
	"slices"
	"strings"

	"rseqstep/stepper/machine"
)

// The sets in which lldb shows registers, named as in lldb-server. "register
// read" shows the first one.
const (
	setGeneral = "General Purpose Registers"
	setFloat   = "Floating Point Registers"
)

func inSet(regs []register, set string) {
	for i := range regs {
		regs[i].group = set
	}
}

// lldbDescription is target.xml with the attributes that lldb-server puts
// there. The order of the register numbers is that of the packet g, which has
// no partial ones.
func lldbDescription(a *machine.Arch, regs []register) string {
	var b strings.Builder
	l := layoutOf(a)
	fmt.Fprintf(&b, `<?xml version="1.0"?><target version="1.0"><architecture>%s</architecture><feature name="org.lldb">`, l.architecture())
	groups := l.parts(regs)
	var all []partial
	for _, g := range groups {
		all = append(all, g.list...)
	}
	offsets, numbers := map[string]int{}, map[string]int{}
	offset := 0
	for n := range regs {
		offsets[regs[n].name], numbers[regs[n].name] = offset, n
		offset += regs[n].size
	}
	// invalid are the registers that change with one: it and all of its parts.
	invalid := map[string][]string{}
	for i, p := range all {
		if invalid[p.of] == nil {
			invalid[p.of] = []string{fmt.Sprint(numbers[p.of])}
		}
		invalid[p.of] = append(invalid[p.of], fmt.Sprint(len(regs)+i))
	}
	write := func(name string, size, number, offset int, attributes [][2]string) {
		fmt.Fprintf(&b, `<reg name="%s" bitsize="%d" regnum="%d" offset="%d"`, name, 8*size, number, offset)
		names := map[string]string{"ehframe": "ehframe_regnum", "dwarf": "dwarf_regnum", "set": "group"}
		for _, a := range attributes {
			if n := names[a[0]]; n != "" {
				a[0] = n
			}
			fmt.Fprintf(&b, ` %s="%s"`, a[0], a[1])
		}
		b.WriteString("/>")
	}
	for n := range regs {
		r := &regs[n]
		next := len(regs)
		for _, g := range groups {
			for i := range g.list {
				if p := &g.list[i]; g.before == r.name {
					write(p.name, p.size, next, offsets[p.of]+p.at, append(p.form(), [][2]string{{"group", g.set},
						{"value_regnums", fmt.Sprint(numbers[p.of])}, {"invalidate_regnums", strings.Join(invalid[p.of], ",")}}...))
				}
				next++
			}
		}
		write(r.name, r.size, n, offsets[r.name], attributes(a, r))
	}
	b.WriteString("</feature></target>")
	return b.String()
}

// attributes are what lldb wants to know of a register beside its name, size and
// place, by their names in qRegisterInfo.
func attributes(a *machine.Arch, r *register) [][2]string {
	encoding, format := "uint", "hex"
	if r.size > 8 {
		encoding, format = "vector", "vector-uint8"
	}
	var out [][2]string
	if r.alias != "" {
		out = append(out, [2]string{"altname", r.alias})
	}
	out = append(out, [][2]string{{"encoding", encoding}, {"format", format}, {"set", setOf(r)}}...)
	if g := generic(a, r); g != "" {
		out = append(out, [2]string{"generic", g})
	}
	if n, ok := dwarfNumber(a, r); ok {
		out = append(out, [2]string{"ehframe", fmt.Sprint(n)}, [2]string{"dwarf", fmt.Sprint(n)})
	}
	return out
}

// form is a partial register's encoding and the form in which it is shown.
func (p *partial) form() [][2]string {
	switch {
	case p.real:
		return [][2]string{{"encoding", "ieee754"}, {"format", "float"}}
	case p.size > 8:
		return [][2]string{{"encoding", "vector"}, {"format", "vector-uint8"}}
	}
	return [][2]string{{"encoding", "uint"}, {"format", "hex"}}
}

// generic is what a general register is for, in lldb's words; "" for nothing.
func generic(a *machine.Arch, r *register) string {
	if r.place != inUser {
		return ""
	}
	switch r.of {
	case a.PC:
		return "pc"
	case a.SP:
		return "sp"
	case a.FP:
		return "fp"
	case a.Flags:
		return "flags"
	case a.Link:
		return "ra"
	}
	if n := slices.Index(a.Arguments[:], r.of); n >= 0 {
		return fmt.Sprintf("arg%d", n+1)
	}
	return ""
}

// dwarfNumber is a register's number in DWARF.
func dwarfNumber(a *machine.Arch, r *register) (int, bool) {
	name := r.name
	if r.place == inUser {
		name = a.Names[r.of]
	}
	const most = 128
	for n := range uint64(most) {
		if a.DWARFRegister(n) == name {
			return int(n), true
		}
	}
	return layoutOf(a).number(name)
}

func setOf(r *register) string {
	switch {
	case strings.Contains(r.group, " "):
		return r.group
	case r.place == inUser:
		return setGeneral
	}
	return setFloat
}
