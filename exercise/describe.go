package exercise

import (
	"regexp"

	"rseqstep/stepper/machine"
	"rseqstep/stepper/opv"
	"rseqstep/table"
)

// describe adds the instructions of a section, what they do, and their source lines. It is called
// once for a section, when a thread is in it for the first time.
func (x *Exercise) describe(in *placed) {
	name := func(a table.Addr) (string, table.Addr) {
		switch a { // their numbers differ from run to run
		case in.p.Abort:
			return "abort", a
		case in.p.End:
			return "end", a
		}
		s, offset, ok := x.engine.Symbols().Symbol(a)
		if !ok {
			return "", 0
		}
		return withoutArguments(s), a - table.Addr(offset)
	}
	d := opv.Describer{Arch: x.engine.Target().Arch(), Name: name, Arming: x.arming(in)}
	words := d.ByAddress(in.body)
	for _, b := range in.Boundaries {
		at := in.process(b.Address)
		if insn := in.body.Insn(at); insn != nil {
			b.Text = named(x.engine.Target().Arch().Format(insn, name))
		}
		b.Words = named(words[at])
		if l, ok := x.engine.Symbols().Line(at, 0); ok {
			b.File, b.Line = l.File, l.Line
		}
	}
	if l, ok := x.engine.Symbols().Line(in.p.Start, 0); ok {
		in.File, in.Line = l.File, l.Line
	}
}

// addressed is an address that has a name behind it, as machine.Arch.Format writes it.
var addressed = regexp.MustCompile(`\s*(# |)0x[0-9a-f]+ <`)

// named removes the addresses that have a name: they differ from run to run.
func named(text string) string { return addressed.ReplaceAllString(text, " $1<") }

// arming is a section's arming store, nil if the code does not show it.
func (x *Exercise) arming(in *placed) *machine.Insn {
	at, ok := x.o.Arming(in.p)
	if !ok {
		return nil
	}
	insn, err := x.o.Decode(at)
	if err != nil {
		return nil
	}
	return insn
}
