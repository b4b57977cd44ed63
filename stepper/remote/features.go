package remote

import (
	"fmt"
	"strings"
)

// description is target.xml: what registers there are (gdb manual, "Target
// Description Format").
func description(l layout, features []feature) string {
	var b strings.Builder
	b.WriteString(`<?xml version="1.0"?><!DOCTYPE target SYSTEM "gdb-target.dtd"><target>` +
		`<architecture>` + l.architecture() + `</architecture><osabi>GNU/Linux</osabi>`)
	number := 0
	for _, f := range features {
		fmt.Fprintf(&b, `<feature name="%s">`, f.name)
		b.WriteString(f.types)
		for _, r := range f.regs {
			fmt.Fprintf(&b, `<reg name="%s" bitsize="%d" type="%s" regnum="%d"`, r.name, 8*r.size, r.typ, number)
			if r.group != "" {
				fmt.Fprintf(&b, ` group="%s"`, r.group)
			}
			b.WriteString("/>")
			number++
		}
		b.WriteString("</feature>")
	}
	b.WriteString("</target>")
	return b.String()
}

// flags is a type of bits, each given as NAME:BIT, and of numbers of several, NAME:FIRST-LAST.
func flags(id string, size int, bits string) string {
	var b strings.Builder
	fmt.Fprintf(&b, `<flags id="%s" size="%d">`, id, size)
	for _, bit := range strings.Fields(bits) {
		name, at, _ := strings.Cut(bit, ":")
		first, last, several := strings.Cut(at, "-")
		if !several {
			last = first
		}
		fmt.Fprintf(&b, `<field name="%s" start="%s" end="%s"/>`, name, first, last)
	}
	b.WriteString("</flags>")
	return b.String()
}

// The xmlEscaper makes text fit between quotes and tags.
func xmlEscaper() *strings.Replacer {
	return strings.NewReplacer("&", "&amp;", "<", "&lt;", ">", "&gt;", `"`, "&quot;", "'", "&apos;")
}
