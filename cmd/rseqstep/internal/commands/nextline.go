package commands

import (
	"rseqstep/cmd/rseqstep/internal/show"
	"rseqstep/stepper"
)

// nextLine shows the machine code at which a thread has stopped, as `set disassemble-next-line`
// says: on, the code of its line; auto, and without a line, the next instruction.
func (d *desk) nextLine(v *show.Stop) {
	setting := d.Settings.NextLine
	sy := d.Symbols()
	if setting == "off" || sy == nil {
		return
	}
	f := v.Frame
	const longest = 15 // bytes of an instruction
	r, one := stepper.Range{Low: f.PC, High: f.PC + longest}, true
	if f.Line.Line != 0 {
		if setting == "auto" {
			return
		}
		depth, _ := sy.Inlines(f.PC)
		for _, have := range sy.LineRanges(f.PC, depth) {
			if have.Contains(f.PC) {
				r, one = have, false
			}
		}
	}
	code := d.code()
	insns, err := code.Decode(r)
	if one && len(insns) > 0 {
		insns = insns[:1]
	}
	l := show.Listing{Arch: d.Arch(), Style: d.Style, Bytes: true, Name: d.Symbolic, PC: f.PC, Marks: code.Marks(r, insns)}
	l.Write(d.Out, insns)
	if err != nil && len(insns) == 0 {
		d.complain(err)
	}
}
