package opv

import (
	"strings"

	"rseqstep/stepper/machine"
	"rseqstep/stepper/opv/interp"
	"rseqstep/table"
)

// Describer describes in words what sections do as vectors. Registers stand for
// their values at the section's start, [x] for the 8 bytes in memory at x,
// u32[x] for 4 of them, old[x] for the value before an earlier line.
type Describer struct {
	// Arch is the architecture of the code. Precondition: Understands(Arch).
	Arch *machine.Arch
	// Arming is the section's arming store (machine.FindArming), which gives
	// the address of the rseq area. Nil: the words of the area have no names.
	Arming *machine.Insn
	// Name names addresses; nil shows them as numbers.
	Name machine.SymName
}

// Line is Lines in one line.
func (d Describer) Line(b *machine.Body) string {
	return strings.ReplaceAll(strings.Join(d.Lines(b), "; "), ":; ", ": ")
}

// Lines describes a section, one line for each compare, write, label and
// jump, in the order of the code.
func (d Describer) Lines(b *machine.Body) []string { return d.words(b).Lines }

// ByAddress is Lines, each with the instructions that it describes: the text of an instruction
// that has more than one line is joined by "; ". An instruction without a line has no text.
func (d Describer) ByAddress(b *machine.Body) map[table.Addr]string {
	w := d.words(b)
	said := map[table.Addr]string{}
	for n, line := range w.Lines {
		if at := w.At[n]; said[at] != "" && !strings.HasSuffix(said[at], ":") {
			said[at] += "; " + line
		} else {
			said[at] = line // also in place of a label
		}
	}
	return said
}

func (d Describer) words(b *machine.Body) *interp.Words {
	return interp.Describe(setOf(d.Arch), d.Arch, b, d.Arming, d.Name)
}
