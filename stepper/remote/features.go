package remote

import (
	"fmt"
	"strings"
)

// description is target.xml: what registers there are (gdb manual, "Target
// Description Format").
func description(features []feature) string {
	var b strings.Builder
	b.WriteString(`<?xml version="1.0"?><!DOCTYPE target SYSTEM "gdb-target.dtd"><target>` +
		`<architecture>i386:x86-64</architecture><osabi>GNU/Linux</osabi>`)
	number := 0
	for _, f := range features {
		fmt.Fprintf(&b, `<feature name="%s">`, f.name)
		b.WriteString(typesOf(f.name))
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

// typesOf are the types that a feature's registers have beyond gdb's own.
func typesOf(feature string) string {
	switch feature {
	case "org.gnu.gdb.i386.core":
		return flags("i386_eflags", 4, "CF:0 :1 PF:2 AF:4 ZF:6 SF:7 TF:8 IF:9 DF:10 OF:11 NT:14 RF:16 VM:17 AC:18 VIF:19 VIP:20 ID:21")
	case "org.gnu.gdb.i386.sse":
		return vec128 + flags("i386_mxcsr", 4, "IE:0 DE:1 ZE:2 OE:3 UE:4 PE:5 DAZ:6 IM:7 DM:8 ZM:9 OM:10 UM:11 PM:12 FZ:15")
	case "org.gnu.gdb.i386.avx512":
		return vec128 + `<vector id="v2ui128" type="uint128" count="2"/>`
	}
	return ""
}

// vec128 lists the types in which a 128-bit register can be viewed.
const vec128 = `<vector id="v8bf16" type="bfloat16" count="8"/>` +
	`<vector id="v4f" type="ieee_single" count="4"/><vector id="v2d" type="ieee_double" count="2"/>` +
	`<vector id="v16i8" type="int8" count="16"/><vector id="v8i16" type="int16" count="8"/>` +
	`<vector id="v4i32" type="int32" count="4"/><vector id="v2i64" type="int64" count="2"/>` +
	`<union id="vec128"><field name="v8_bfloat16" type="v8bf16"/><field name="v4_float" type="v4f"/><field name="v2_double" type="v2d"/>` +
	`<field name="v16_int8" type="v16i8"/><field name="v8_int16" type="v8i16"/><field name="v4_int32" type="v4i32"/>` +
	`<field name="v2_int64" type="v2i64"/><field name="uint128" type="uint128"/></union>`

// flags is a type of single bits, each given as NAME:BIT.
func flags(id string, size int, bits string) string {
	var b strings.Builder
	fmt.Fprintf(&b, `<flags id="%s" size="%d">`, id, size)
	for _, bit := range strings.Fields(bits) {
		name, n, _ := strings.Cut(bit, ":")
		fmt.Fprintf(&b, `<field name="%s" start="%s" end="%s"/>`, name, n, n)
	}
	b.WriteString("</flags>")
	return b.String()
}

// The xmlEscaper makes text fit between quotes and tags.
func xmlEscaper() *strings.Replacer {
	return strings.NewReplacer("&", "&amp;", "<", "&lt;", ">", "&gt;", `"`, "&quot;", "'", "&apos;")
}
